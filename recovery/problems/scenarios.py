"""Rows of what is wrong with the file of a simulated market."""

from recovery.problems.row import Row

_FILE = "scenarios/market.yaml"

SCENARIOS: dict[str, Row] = {
    "CR300": Row(
        "'{given}' is no share",
        "write such as 45% or 0.45",
        "Shares are written with a percent sign, or as a plain number: 1 is everybody.",
        "offers: {wins: «3 percent»}",
        "offers: {wins: 3%}",
        file=_FILE,
    ),
    "CR301": Row(
        "{given} is not between 0% and 100%",
        "write a share such as 45%",
        "Here stands how many of all do something: nobody is 0%, everybody is 100%.",
        "people: {guests: «250%»}",
        "people: {guests: 25%}",
        file=_FILE,
    ),
    "CR302": Row(
        "no cause is called '{given}'",
        "{guess}",
        "The causes of a market are names of the block 'causes', which says what each does.",
        "markets: {US: {causes: {«distacted»: 10%}}}",
        "markets: {US: {causes: {distracted: 10%}}}",
        file=_FILE,
    ),
    "CR303": Row(
        "{share} of the orders of {market} are left unpaid",
        "let the causes of a market come to 100% together at most",
        "The causes of a market are shares of all its orders; the rest is paid at once.",
        "markets: {US: {«causes»: {distracted: 90%}}}",
        "markets: {US: {causes: {distracted: 20%}}}",
        file=_FILE,
    ),
    "CR304": Row(
        "nobody is known who lives in '{given}'",
        "{guess}",
        "The simulator makes up customers, goods and prices for these countries only.",
        "markets: {«UK»: {share: 0%, causes: {distracted: 10%}}}",
        "markets: {GB: {share: 0%, causes: {distracted: 10%}}}",
        file=_FILE,
    ),
    "CR305": Row(
        "no evidence is called '{given}'",
        "{guess}",
        "Every number of a scenario says where it is from: a row of evidence, or 'assumed' for a "
        "choice of your own. `recovery scenarios show` names the rows.",
        "offers: {wins: 3%}\nsources: {offers.wins: «coupn»}",
        "offers: {wins: 3%}\nsources: {offers.wins: coupon}",
        file=_FILE,
    ),
    "CR306": Row(
        "'{given}' is no number",
        "write digits, such as 12 or 0.5",
        "Calls in an hour are whole numbers, points may have a decimal point.",
        "penalties: {call: «four»}",
        "penalties: {call: 4}",
        file=_FILE,
    ),
    "CR307": Row(
        "'{given}' is no moment with a time zone",
        "write such as 2026-10-05T00:00:00Z",
        "A story that began at a time without a zone would begin elsewhere on another machine.",
        "start: «5.10.2026»",
        "start: 2026-10-05T00:00:00Z",
        file=_FILE,
    ),
    "CR308": Row(
        "no scenario is called '{given}'",
        "{guess}",
        "'like' names the scenario that this one differs from: a shipped one, or a file in "
        "scenarios/ of the project.",
        "like: «basis»",
        "like: base",
        file=_FILE,
    ),
    "CR309": Row(
        "'like: {given}' leads back to this file",
        "let one of the two stand alone",
        "What each would differ from could never be found.",
    ),
    "CR310": Row(
        "nothing says where {road} is from",
        "add '{road}: assumed' to 'sources', or the name of a row of evidence",
        "Numbers without a source are taken for facts sooner or later. A file that is not 'like' "
        "another one names the source of each; one entry such as 'people: assumed' does for a "
        "whole block.",
    ),
    "CR311": Row(
        "'{given}' is outside of what {source} says: {range}",
        "choose a value within, or write 'assumed' as its source",
        "A number that names evidence has to agree with it. Anything else may be tried, but as a "
        "choice of your own.",
        "offers: {teaches: «90%»}\nsources: {offers.teaches: taught-to-wait}",
        "offers: {teaches: 10%}\nsources: {offers.teaches: taught-to-wait}",
        file=_FILE,
    ),
    "CR312": Row(
        "no market has any orders",
        "give at least one of them a share above 0%",
        "The shares of markets are weighed against each other; somewhere somebody has to shop.",
        "markets: {«US»: {share: 0%}, DE: {share: 0%}, BR: {share: 0%}}",
        "markets: {US: {share: 50%}, DE: {share: 0%}, BR: {share: 0%}}",
        file=_FILE,
    ),
    "CR313": Row(
        "'until: {given}' is not after the one above",
        "write the stretches from the shortest to the longest",
        "A message belongs to the first stretch that it is early enough for, so a shorter one "
        "below a longer one would never count.",
        "messages: {sms: {moves: [{until: 6h, wins: 2%}, {until: «1h», wins: 1%}]}}",
        "messages: {sms: {moves: [{until: 1h, wins: 1%}, {until: 6h, wins: 2%}]}}",
        file=_FILE,
    ),
    "CR314": Row(
        "nothing happens in no time",
        "write at least 1m",
        "Waiting times are spread around their median, and that can't be nothing.",
        "replies: {after: {median: «0m»}}",
        "replies: {after: {median: 90m}}",
        file=_FILE,
    ),
    "CR315": Row(
        "'{given}' leads to no number of this scenario",
        "{guess}",
        "An entry of 'sources' is the road to a number, or the beginning of one: 'offers', "
        "'offers.wins', 'markets.*.causes'.",
        "sources: {«offer.wins»: assumed}",
        "sources: {offers.wins: assumed}",
        file=_FILE,
    ),
    "CR316": Row(
        "the file says nothing",
        "begin with 'scenario: its-name', or delete the file",
        "An empty file in scenarios is most often one that was not saved.",
    ),
    "CR317": Row(
        "the shares of {causes} are unlike those of {source}",
        "keep near {mix} of them, {low} to {high} of all orders together, or write 'assumed'",
        "The row says how often one reason for a refused card comes beside the others.",
    ),
    "CR318": Row(
        "{given} is not between {low} and {high}",
        "choose a value between them",
        "Beyond these bounds a story would make no sense, or could not be computed.",
        "causes: {funds: {hears: «-1»}}",
        "causes: {funds: {hears: 0.5}}",
        file=_FILE,
    ),
}
