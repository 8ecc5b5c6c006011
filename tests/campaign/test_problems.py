"""Every mistake has a code, a place, a road and a cure. Each case is one edit of the sample."""

from pathlib import Path

import pytest

from recovery.campaign.loader import CampaignError, Problem, parse_campaign
from recovery.errors import Exit
from recovery.problems.codes import CODES

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")
SEGMENT = "segments[0]"
OFFER = "sequences.free-shipping[1]"
SHIPPING = "offers.free-shipping"

# code, what is replaced, by what, line and column, road, a piece of the message, one of the cure
CASES = [
    ("CR001", "    market: [US, GB]\n", "\tmarket: [US, GB]\n", (12, 1), "", "a tab", "spaces"),
    ("CR001", "    market: [US, GB]\n", "　　　market: US\n", (12, 1), "", "U+3000", "spaces"),
    ("CR002", "holdout: 10%", "holdout：10%", (9, 8), "", "full-width", "half-width"),
    ("CR003", "    market: [US, GB]\n", "    market:US\n", (12, 5), "", "no space", "'market: US'"),
    ("CR003", "after: 20h", "after:20h", (23, 21), "", "no space", "after: 20h"),
    ("CR004", "    market: [US, GB]\n", "     market: US\n", (12, 1), "", "indentation", "column"),
    ("CR005", "A card was", "A card: was", (3, 20), "", "second ':'", "double quotes"),
    ("CR014", "A card was", "{{ name }} was", (3, 14), "", "'{{'", "double quotes"),
    ("CR012", "[vip, returning]", "[vip, returning", (14, 15), "", "never closed", "']'"),
    ("CR013", "A card was", "A card\x07 was", (3, 20), "", "U+0007", "delete the sign"),
    ("CR006", "[vip, returning]", "[vip] too", (14, 21), "", "follows", "more behind"),
    ("CR008", SAMPLE, "# nothing\n", (1, 1), "", "says nothing", "campaign: its-name"),
    ("CR009", SAMPLE, "a: &x [*x]\n", (1, 4), "a[0]", "contains itself", "write the values out"),
    ("CR010", "priority: 20", "status: draft\npriority: 20", (5, 1), "status", "line 4", "delete"),
    ("CR020", "holdout: 10%", "hold_out: 10%", (9, 1), "hold_out", "'hold_out'", "'holdout'?"),
    ("CR020", "to: customer", "team: customer", (29, 52), "sequences.personal[1].team", "", "step"),
    ("CR020", "if: {amount", "if_: {amount", (23, 54), "sequences.plain[1].if_", "", "'if'?"),
    ("CR021", "goal: {paid_within: 7d}\n", "", (2, 1), "goal", "missing", "add 'goal"),
    ("CR021", "valid: 72h, ", "", (31, 3), f"{SHIPPING}.valid", "missing", "add 'valid"),
    ("CR022", "status: active", "status: activ", (4, 9), "status", "'activ'", "'active'?"),
    ("CR022", "[vip, ", "[regular, ", (14, 16), f"{SEGMENT}.customer[0]", "regular", "guest, new"),
    (
        "CR022",
        "on: payment_failed",
        "on: failed",
        (6, 15),
        "trigger.on",
        "failed",
        "payment_failed",
    ),
    ("CR023", "holdout: 10%", "holdout:", (9, 1), "holdout", "is empty", "delete"),
    ("CR023", "to: customer-service", 'to: ""', (29, 56), "sequences.personal[1].to", "", ""),
    ("CR024", "{paid_within: 7d}", "7d", (8, 7), "goal", "a block of keys", "its keys"),
    ("CR024", "{from: 200 USD}", "[200 USD]", (13, 13), f"{SEGMENT}.amount", "this is a list", ""),
    (
        "CR024",
        "[vip, returning]",
        "{vip: x}",
        (14, 15),
        f"{SEGMENT}.customer",
        "must be a list",
        "",
    ),
    ("CR024", "holdout: 10%", "holdout: [10%]", (9, 10), "holdout", "one value", "after the colon"),
    ("CR024", "status: active", "status: [active]", (4, 9), "status", "this is a list", ""),
    ("CR024", SAMPLE, "just text\n", (1, 1), "", "a block of keys", ""),
    (
        "CR025",
        "campaign: card-declined",
        "campaign: two words",
        (2, 11),
        "campaign",
        "",
        "two-words",
    ),
    (
        "CR025",
        "  welcome-back:",
        "  welcome back:",
        (32, 3),
        "offers.welcome back",
        "",
        "welcome-back",
    ),
    ("CR026", "[vip, returning]", "[]", (14, 5), f"{SEGMENT}.customer", "nothing in it", "delete"),
    ("CR026", "{from: 200 USD}", "{}", (13, 13), f"{SEGMENT}.amount", "nothing in it", "delete"),
    ("CR026", "{not_clicked: reminder}", "{}", (26, 76), f"{OFFER}.if", "nothing in it", "delete"),
    ("CR030", "not_after: 3d", "not_after: 3", (6, 54), "trigger.not_after", "'3'", "3m, 3h or 3d"),
    ("CR031", "200 USD", "$200", (13, 20), f"{SEGMENT}.amount.from", "'$200'", "200 USD"),
    ("CR032", "8 USD", "8 UDS", (31, 49), f"{SHIPPING}.worth", "'UDS'", "'USD'?"),
    ("CR033", "holdout: 10%", "holdout: 10", (9, 10), "holdout", "'10'", "10%"),
    (
        "CR033",
        "{plain: 50%, free-shipping: 50%}",
        "{plain: 100%, free-shipping: 0%}",
        (19, 44),
        "segments[1].sequence.free-shipping",
        "'0%'",
        "more than 0%",
    ),
    ("CR034", "priority: 20", "priority: high", (5, 11), "priority", "'high'", "20"),
    ("CR035", "3 per week", "thrice", (33, 24), "limits.per_customer", "'thrice'", "3 per week"),
    ("CR036", "21:00-08:00", "9pm-8am", (33, 43), "limits.quiet", "'9pm-8am'", "21:00-08:00"),
    (
        "CR037",
        "500 USD per month",
        "500 USD per year",
        (31, 74),
        f"{SHIPPING}.budget",
        "",
        "per month",
    ),
    ("CR038", "[US, GB]\n", "[US, UK]\n", (12, 18), f"{SEGMENT}.market[1]", "'UK'", "'GB'"),
    ("CR038", "[US, GB]\n", "UK\n", (12, 13), f"{SEGMENT}.market[0]", "'UK'", "'GB'"),
    ("CR039", "[insufficient_", "[insuficient_", (18, 15), "segments[1].failure[0]", "", "'insuff"),
    (
        "CR041",
        "sequence: personal",
        "sequence: persnal",
        (15, 15),
        f"{SEGMENT}.sequence",
        "",
        "'pers",
    ),
    (
        "CR041",
        "{plain: 50%",
        "{plane: 50%",
        (19, 16),
        "segments[1].sequence.plane",
        "'plane'",
        "'plain'?",
    ),
    (
        "CR042",
        "offer: free-shipping",
        "offer: free",
        (26, 57),
        f"{OFFER}.offer",
        "'free'",
        "one of",
    ),
    (
        "CR043",
        "{not_clicked: rem",
        "{not_clicked: em",
        (26, 90),
        f"{OFFER}.if.not_clicked",
        "",
        "'rem",
    ),
    ("CR044", "d: reminder", "d: offer", (26, 90), f"{OFFER}.if.not_clicked", "itself", "earlier"),
    (
        "CR044",
        "- {step: offer, after: 2d, email: last-call, offer: free-shipping, "
        "if: {not_clicked: reminder}}",
        "- {step: a, after: 0m, task: call}\n    - {step: b, after: 1d, sms: x, if: {clicked: a}}",
        (27, 50),
        "sequences.free-shipping[2].if.clicked",
        "sends no message",
        "earlier",
    ),
    ("CR045", "plain: 50%,", "plain: 40.5%,", (19, 15), "segments[1].sequence", "90.5%", "100%"),
    ("CR046", "step: nudge", "step: reminder", (23, 14), "sequences.plain[1].step", "line 22", ""),
    (
        "CR046",
        "everyone-else",
        "big-spenders",
        (16, 14),
        "segments[1].segment",
        "line 11",
        "rename",
    ),
    (
        "CR047",
        "email: payment-failed}  ",
        "to: x}  ",
        (22, 7),
        "sequences.plain[0]",
        "none",
        "one of",
    ),
    ("CR047", "sms: payment", "task: x, sms: payment", (23, 7), "sequences.plain[1]", "two", "one"),
    (
        "CR048",
        "worth: 8 USD, ",
        "",
        (31, 18),
        f"{SHIPPING}.worth",
        "is missing",
        "add 'worth: 8 USD'",
    ),
    (
        "CR048",
        "worth: 8 USD",
        "worth: 8 USD, gift: mug",
        (31, 60),
        f"{SHIPPING}.gift",
        "no meaning",
        "",
    ),
    ("CR049", "step: call, after: 4h", "step: call, after: 0m", None, "", "", ""),
    (
        "CR049",
        "{step: reminder, after: 0m, email: payment-failed}          #",
        "{step: reminder, after: 1d, email: payment-failed}          #",
        (23, 28),
        "sequences.plain[1].after",
        "'nudge' comes after 'reminder'",
        "order",
    ),
    (
        "CR050",
        "{from: 200 USD}",
        "{from: 200 USD, below: 200 USD}",
        (13, 13),
        f"{SEGMENT}.amount",
        "not less",
        "swap",
    ),
    (
        "CR050",
        "{from: 200 USD}",
        "{from: 200 USD, below: 300 EUR}",
        (13, 13),
        f"{SEGMENT}.amount",
        "two currencies",
        "one currency",
    ),
    ("CR051", "after: 30m", "after: 3d", (6, 53), "trigger.not_after", "(3d)", "longer"),
    (
        "CR052",
        "0m, email: pay",
        "0m, to: x, email: pay",
        (22, 39),
        "sequences.plain[0].to",
        "",
        "task",
    ),
    (
        "CR052",
        "to: customer",
        "offer: welcome-back, to: customer",
        (29, 59),
        "sequences.personal[1].offer",
        "a task carries no offer",
        "e-mail or SMS",
    ),
    (
        "CR052",
        "sms: payment-failed",
        "sms: payment-failed, without_offer: skip",
        (23, 69),
        "sequences.plain[1].without_offer",
        "no offer",
        "add 'offer'",
    ),
]


def problems_of(source: str) -> list[Problem]:
    try:
        parse_campaign(source, "x.yaml")
    except CampaignError as error:
        return error.problems
    return []


@pytest.mark.parametrize(("code", "old", "new", "place", "road", "message", "cure"), CASES)
def test_one_mistake_is_one_problem(
    code: str, old: str, new: str, place: tuple[int, int] | None, road: str, message: str, cure: str
) -> None:
    assert old in SAMPLE
    found = problems_of(SAMPLE.replace(old, new, 1))
    if place is None:  # no mistake after all
        assert found == []
        return
    assert [problem.code for problem in found] == [code]
    problem = found[0]
    assert (problem.file, problem.line, problem.column) == ("x.yaml", *place)
    assert problem.road == road
    assert problem.end > problem.column
    assert message in problem.message
    assert cure in problem.cure
    assert "{" not in problem.message.replace("{{", "")


def test_every_code_has_a_case_here_or_beside() -> None:
    elsewhere = {"CR007", "CR029", "CR040", "CR053", "CR054"}
    grammar = {code for code in CODES if code < "CR055"}
    assert {case[0] for case in CASES} | elsewhere >= grammar - {
        f"CR0{n}" for n in (*range(11, 20), 27, 28)
    }


def test_all_problems_of_a_file_are_told_at_once_from_top_to_bottom() -> None:
    source = (
        SAMPLE.replace("status: active", "status: activ")
        .replace("[US, GB]\n", "[UK, Germany]\n")
        .replace("sequence: personal", "sequence: persnal")
        .replace("after: 20h", "after: 20")
        .replace("offer: free-shipping,", "offer: free,")
        .replace("21:00-08:00", "9-8")
    )
    found = problems_of(source)
    assert [problem.code for problem in found] == [
        "CR022",
        "CR038",
        "CR038",
        "CR041",
        "CR030",
        "CR042",
        "CR036",
    ]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    found = problems_of(SAMPLE.replace("campaign: card", "campain: card"))
    assert [(problem.code, problem.road) for problem in found] == [("CR020", "campain")]


def test_a_misspelt_key_beside_a_missing_one() -> None:
    found = problems_of(SAMPLE.replace("step: nudge, after: 20h", "stpe: nudge"))
    assert [problem.code for problem in found] == ["CR021", "CR020"]


def test_slips_of_the_keyboard_are_all_reported() -> None:
    source = SAMPLE.replace("    market", "\tmarket").replace("holdout: ", "holdout：")
    assert [problem.code for problem in problems_of(source)] == ["CR002", "CR001", "CR001"]


def test_the_error_can_be_read_aloud() -> None:
    with pytest.raises(CampaignError) as error:
        parse_campaign(SAMPLE.replace("[US, GB]\n", "[US, UK]\n"), "x.yaml")
    assert str(error.value) == (
        "x.yaml:12:18: segments[0].market[1]: unknown country 'UK' [CR038]; "
        "did you mean 'GB' (Britain (UK))?"
    )
    assert error.value.exit_code is Exit.DATA
    assert error.value.file == "x.yaml"


def test_a_problem_keeps_its_parameters_for_other_languages() -> None:
    (problem,) = problems_of(SAMPLE.replace("status: active", "status: activ"))
    assert problem.parameters["given"] == "activ"
