"""The pay link: notes the visit, looks at the order as it is now, leads nowhere else."""

import re
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import update

from recovery.clock import Stopwatch
from recovery.db import table, writing
from recovery.models import Click, Order, Touch
from recovery.web.pages import words
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.served import Answer, Served, serving, with_keys

PAY_PAGE = "https://shop.example/pay/A-1001?basket=7&lang=de"
REMINDED = a_campaign(
    sequences={
        "plain": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: second, after: 1d, email: unpaid-reminder, if: {not_clicked: first}}",
        ]
    }
)
EN = words()["en"]


def link_sent(served: Served, **fields: object) -> str:
    """The pay link in the message that somebody just got, an hour ago."""
    house = served.house
    house.has(REMINDED)
    given = {"payment_url": PAY_PAGE, "locale": "en-GB"} | fields
    order = house.an_unpaid_order(**given)
    house.run()
    [message] = house.messages(order)
    found = re.search(r"http://localhost:8000(/pay/[\w-]{40})", message.body)
    assert found is not None
    house.clock.advance(timedelta(hours=1))
    return found[1]


def clicks(served: Served) -> list[bool]:
    """Whether a machine, of every visit noted; one may be written down after its answer."""
    later, rows = Event(), served.house.rows(Click)
    for _ in range(40):
        if rows or later.wait(0.05):
            break
        rows = served.house.rows(Click)
    return [row["machine"] for row in rows]


def says(answer: Answer, page: str) -> bool:
    return EN[f"{page}.title"] in answer.text


def test_an_unpaid_order_leads_to_its_payment_page_and_the_visit_counts(served: Served) -> None:
    link = link_sent(served)
    answer = served.get(link)
    assert (answer.status, answer.headers["location"]) == (302, PAY_PAGE)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert clicks(served) == [False]
    served.house.advance(days=2)
    assert served.house.states()["second"].startswith("skipped")


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User_Agent": "Barracuda Sentinel (EE)"},
        {"User_Agent": ""},
        {"Purpose": "prefetch"},
        {"Sec_Purpose": "prefetch;prerender"},
        {"X_Moz": "prefetch"},
        {"X_Purpose": "preview"},
    ],
)
def test_machines_are_shown_the_way_and_never_count(
    small_served: Served, headers: dict[str, str]
) -> None:
    link = link_sent(small_served)
    assert small_served.get(link, **headers).status == 302
    assert clicks(small_served) == [True]


def test_looking_only_at_the_head_is_a_machine(small_served: Served) -> None:
    link = link_sent(small_served)
    answer = small_served.call("HEAD", link)
    assert (answer.status, answer.text) == (302, "")
    assert clicks(small_served) == [True]


def test_nobody_clicks_in_the_second_in_which_we_send(small_served: Served) -> None:
    house = small_served.house
    house.has(REMINDED)
    order = house.an_unpaid_order(payment_url=PAY_PAGE)
    house.run()
    found = re.search(r"/pay/[\w-]{40}", house.messages(order)[0].body)
    assert found is not None
    small_served.get(found[0])
    house.clock.advance(timedelta(seconds=3))
    small_served.get(found[0])
    assert clicks(small_served) == [True, False]


def test_who_comes_before_the_provider_has_answered_is_a_machine(served: Served) -> None:
    """The pace may keep a message for minutes after its touch was marked `sending`."""
    link = link_sent(served)
    touches = table(Touch)
    with writing(served.house.engine.database) as connection:
        connection.execute(update(touches).values(state="sending", sent_at=None))
    served.get(link)
    assert clicks(served) == [True]


def test_the_seconds_count_from_the_answer_on(served: Served) -> None:
    link = link_sent(served)
    with writing(served.house.engine.database) as connection:
        connection.execute(update(table(Touch)).values(sent_at=served.house.now))
    served.get(link)
    served.house.clock.advance(timedelta(seconds=3))
    served.get(link)
    assert clicks(served) == [True, False]


def test_nobody_waits_for_a_visit_to_be_written(house: House) -> None:
    with serving(house, with_keys(house.engine.settings)) as served:
        link, watch = link_sent(served), Stopwatch()
        with writing(house.engine.database) as connection:
            connection.execute(update(table(Touch)).values(reason="held"))
            assert [served.get(link).status for _ in range(3)] == [302] * 3
            assert watch.seconds() < 5
            assert clicks(served) == []
    assert clicks(served) == [False]  # written before we ended


def test_a_page_loaded_again_and_again_is_one_visit_a_minute(served: Served) -> None:
    link = link_sent(served)
    assert {served.get(link).status for _ in range(5)} == {302}
    served.house.clock.advance(timedelta(minutes=2))
    served.get(link)
    assert clicks(served) == [False, False]


@pytest.mark.parametrize(
    ("status", "page"),
    [
        ("paid", "paid"),
        ("refunded", "refunded"),
        ("cancelled", "cancelled"),
        ("expired", "expired"),
    ],
)
def test_an_order_that_is_over_says_what_happens_next(
    served: Served, status: str, page: str
) -> None:
    link = link_sent(served)
    served.house.tells("A-1001", status)
    answer = served.get(link)
    assert answer.status == 200
    assert says(answer, page)
    assert "Order A-1001" in answer.text
    assert "What happens next" in answer.text
    assert "hello@shop.example" in answer.text
    for secret in ("Kim", "a-1001@example.com", PAY_PAGE, "Teapot"):
        assert secret not in answer.text


def test_an_order_kept_no_longer_is_over_whatever_its_status_says(small_served: Served) -> None:
    house = small_served.house
    link = link_sent(small_served, expires_at=(house.now + timedelta(days=1)).isoformat())
    house.tells("A-1001", "pending", expires_at=(house.now - timedelta(minutes=1)).isoformat())
    assert says(small_served.get(link), "expired")


def test_without_a_payment_page_it_says_until_when_the_order_is_kept(small_served: Served) -> None:
    house = small_served.house
    until = (house.now + timedelta(days=3)).isoformat()
    link = link_sent(small_served, payment_url=None, expires_at=until)
    answer = small_served.get(link)
    assert answer.status == 200
    assert says(answer, "waiting")
    assert "We are keeping it for you until Thursday 5 November, 11:00" in answer.text


def test_an_order_without_an_end_promises_none(small_served: Served) -> None:
    answer = small_served.get(link_sent(small_served, payment_url=None))
    assert says(answer, "waiting")
    assert "We are keeping it" not in answer.text


def test_an_old_link_pays_nothing_and_a_paid_order_says_so(small_served: Served) -> None:
    link = link_sent(small_served)
    small_served.house.clock.advance(timedelta(days=31))
    answer = small_served.get(link)
    assert answer.status == 410
    assert says(answer, "too_old")
    assert "location" not in answer.headers
    small_served.house.pays("A-1001")
    paid = small_served.get(link)
    assert (paid.status, says(paid, "paid")) == (200, True)
    assert clicks(small_served) == []


def test_forged_links_lead_nowhere(small_served: Served) -> None:
    link = link_sent(small_served)
    token = link.removeprefix("/pay/")
    swapped = "A" if token[3] != "A" else "B"
    unsubscribe = small_served.links.unsubscribe(
        1, 1, "email", small_served.house.now + timedelta(days=1)
    ).rpartition("/")[2]
    wrong = [
        token[:-1],
        token[:3] + swapped + token[4:],
        unsubscribe,
        token + "A",
        "x",
        "%00",
        "%ff",
        "../healthz",
        "a" * 5_000,
    ]
    answers = [small_served.get(f"/pay/{one}") for one in wrong]
    assert {answer.status for answer in answers} == {404}
    assert all(says(a, "unknown") for a in answers if a.headers["content-type"].startswith("text/"))
    assert clicks(small_served) == []


def test_a_link_of_another_order_or_of_one_that_is_gone_leads_nowhere(small_served: Served) -> None:
    link_sent(small_served)
    later = small_served.house.now + timedelta(days=1)
    [order] = small_served.house.rows(Order)
    for touch, number in [(1, order["id"] + 1), (999, order["id"]), (2**40 - 1, 2**40 - 1)]:
        answer = small_served.get(small_served.links.pay(touch, number, later))
        assert answer.status == 410


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/pay",
        "https://shop.example.evil.example/pay",
        "https://evilshop.example/pay",
        "http://shop.example/pay",
        "http://127.0.0.2.evil.example/",
    ],
)
def test_a_host_that_nobody_allowed_gets_a_page_instead(small_served: Served, url: str) -> None:
    answer = small_served.get(link_sent(small_served, payment_url=url))
    assert (answer.status, says(answer, "waiting")) == (200, True)
    assert "evil" not in answer.text


def test_the_settings_say_which_hosts(small_house: House) -> None:
    settings = with_keys(small_house.engine.settings, pay_hosts=("pay.other.example",))
    with serving(small_house, settings) as served:
        link = link_sent(served, payment_url="https://pay.other.example/1")
        assert served.get(link).headers["location"] == "https://pay.other.example/1"
        small_house.tells("A-1001", "pending", payment_url=PAY_PAGE)
        assert served.get(link).status == 200


@pytest.mark.parametrize("language", sorted(words()))
def test_pages_speak_the_customers_language(small_served: Served, language: str) -> None:
    locale = {"de": "de-AT", "zh-CN": "zh-CN", "pt-BR": "pt-PT"}.get(language, language)
    link = link_sent(small_served, payment_url=None, locale=locale)
    answer = small_served.get(link)
    assert f'<html lang="{language}">' in answer.text
    assert words()[language]["waiting.title"] in answer.text
    assert "{" not in re.sub(r"<style>.*?</style>", "", answer.text, flags=re.S)


def test_a_cart_is_no_order_and_owes_nothing(small_served: Served) -> None:
    link = link_sent(small_served, payment_url=None)
    with writing(small_served.house.engine.database) as connection:
        connection.execute(update(table(Order)).values(status="cart"))
    answer = small_served.get(link)
    assert EN["cart.title"] in answer.text
    assert EN["cart.text"] in answer.text
    assert "A-1001" not in answer.text


@pytest.mark.parametrize("path", ["/", "/pay/"])
def test_the_beginning_of_a_link_is_a_page_too(small_served: Served, path: str) -> None:
    answer = small_served.get(path, Accept_Language="fr")
    assert answer.status == 404
    assert words()["fr"]["unknown.title"] in answer.text


def test_a_stranger_reads_in_the_language_of_the_browser(small_served: Served) -> None:
    answer = small_served.get("/pay/x", Accept_Language="xx, ja-JP;q=0.9, en;q=0.8")
    assert '<html lang="ja">' in answer.text


def test_hostile_order_numbers_stay_words(small_served: Served) -> None:
    link = link_sent(
        small_served,
        order_id='<script>alert(1)</script>{{7*7}}{0}"',
        email="a@b.example",
        payment_url=None,
    )
    answer = small_served.get(link)
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "{{7*7}}{0}" in answer.text


def test_pages_allow_nothing_to_run_and_nobody_to_index_or_frame_them(small_served: Served) -> None:
    answer = small_served.get(link_sent(small_served, payment_url=None))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in answer.text
    assert 'name="robots" content="noindex' in answer.text
