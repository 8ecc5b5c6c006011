"""Where a pay link may lead: to the hosts of the settings, by https, and by no trick elsewhere."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.settings import Settings, load_settings
from recovery.web.destination import destination, hosts, is_allowed


def settings(folder: Path, **environ: str) -> Settings:
    given = {"RECOVERY_SHOP_URL": "https://www.shop.example", "RECOVERY_SECRET_KEY": "x"}
    return load_settings(folder, given | environ)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/pay/1",
        "https://www.shop.example/pay?order=1&x=%20#now",
        "https://pay.eu.shop.example:8443/",
        "https://SHOP.example/",
        "https://checkout.stripe.com/c/pay/cs_test_1#fid",
        "https://my-tea.myshopify.com/1/checkouts/2",
    ],
)
def test_the_shop_and_known_payment_pages_are_allowed(tmp_path: Path, url: str) -> None:
    assert destination(url, settings(tmp_path)) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//shop.example/",
        "/pay",
        "http://shop.example/",
        "ftp://shop.example/",
        "https:///shop.example/",
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://evilshop.example/",
        "https://shop.example@evil.example/",
        "https://evil.example\\@shop.example/",
        "https://evil.example\\.shop.example/",
        "https://me:pw@shop.example/",
        "https://evil.example?.shop.example/",
        "https://evil.example#.shop.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/\x00",
        "https://shop.example:port/",
        "https://[::1",
        "https://sh\u043ep.example/",  # a Cyrillic o
        "https://.shop.example.evil.example/",
        " https://evil.example/",
        "https://\tevil.example/",
    ],
)
def test_anything_else_is_not(tmp_path: Path, url: str | None) -> None:
    assert destination(url, settings(tmp_path)) is None


def test_this_machine_is_allowed_only_while_everything_runs_on_it(tmp_path: Path) -> None:
    local = settings(tmp_path)
    public = settings(tmp_path, RECOVERY_PUBLIC_URL="https://pay.shop.example")
    for url in ("http://127.0.0.1:9000/pay", "http://localhost/pay", "https://[::1]/pay"):
        assert destination(url, local) == url
        assert destination(url, public) is None


def test_named_hosts_are_the_only_ones(tmp_path: Path) -> None:
    named = settings(tmp_path, RECOVERY_PAY_HOSTS="pay.other.example, .checkout.example")
    assert hosts(named) == ("pay.other.example", ".checkout.example")
    assert destination("https://pay.other.example/1", named)
    assert destination("https://a.b.checkout.example/1", named)
    for url in (
        "https://shop.example/",
        "https://checkout.example/",
        "https://x.pay.other.example/",
    ):
        assert destination(url, named) is None


def test_words_in_the_address_are_encoded(tmp_path: Path) -> None:
    found = destination("https://shop.example/zahlen/Grüße?a=<b>", settings(tmp_path))
    assert found == "https://shop.example/zahlen/Gr%C3%BC%C3%9Fe?a=%3Cb%3E"


@given(st.text(st.sampled_from("abe./\\@:?#%[]- \t\n"), max_size=30), st.booleans())
def test_no_trick_leads_to_another_host(rest: str, dots: bool) -> None:
    given = load_settings(
        Path("."), {"RECOVERY_SHOP_URL": "https://ab.be", "RECOVERY_SECRET_KEY": "x"}
    )
    found = destination(f"https://{rest}{'.ab.be' if dots else ''}", given)
    if found is not None:
        parts = urlsplit(found)
        assert parts.scheme == "https"
        assert is_allowed((parts.hostname or "").rstrip("."), hosts(given))
        assert not set(found) & set("\\ \t\n@") or "@" in parts.path + parts.query + parts.fragment
        assert found.isascii()
