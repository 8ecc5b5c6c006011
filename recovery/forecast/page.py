"""The plan as one page: self-contained HTML with pictures drawn as SVG, no script, printable."""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recovery import measure
from recovery.forecast.outlook import Outlook
from recovery.forecast.section import Section
from recovery.forecast.sections import headline, honesty, sections
from recovery.forecast.words import CHANNEL_WORDS, Tongue
from recovery.i18n import mark
from recovery.money import Money

_HERE = Path(__file__).parent
_REPORT = Path(measure.__path__[0]) / "page"  # its style is the house's
_KINDS = {
    "orders": mark("enter a sequence"),
    "holdout": mark("are held out"),
    **{channel.value: words for channel, words in CHANNEL_WORDS.items()},
}


def page(plan: Outlook, t: Tongue) -> str:
    """The HTML of the plan in the language of `t`."""
    environment = Environment(
        loader=FileSystemLoader([_HERE, _REPORT]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html.j2").render(
        t=t,
        title=t(mark("Recovery plan")),
        headline=headline(plan, t),
        honesty=honesty(plan, t),
        tiles=_tiles(plan, t),
        sections=sections(plan, t),
        kinds={kind: t(words) for kind, words in _KINDS.items()},
        scale=_scale,
        used=_used,
    )


def write_page(plan: Outlook, path: Path, t: Tongue) -> Path:
    """Write the page to `path`, making its folder; returns where it lies, absolute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(plan, t), encoding="utf-8")
    return path.resolve()


def _tiles(plan: Outlook, t: Tongue) -> list[tuple[str, str, str]]:
    """What to see first: a name, a number, and what it stands on."""
    messages = sum(plan.tally.sent.values())
    now = plan.now()
    days = len(plan.days)
    costs = _sums(one.money for one in plan.costs if one.money and one.messages)
    coupons = sum(one.coupons for one in plan.offers)
    worst = _sums(amount for one in plan.offers for amount in one.worst)
    unpaid = t.number(plan.admission.unpaid)
    return [
        (
            t(mark("Orders that enter now")),
            t.number(plan.entering),
            t(mark("of {count} unpaid"), count=unpaid),
        ),
        (
            t(mark("Messages in {days} days"), days=days),
            t.number(messages),
            " · ".join(
                [t(mark("{count} at once"), count=t.number(now["sent"])), *map(t.money, costs)]
            ),
        ),
        (
            t(mark("Coupons at most")),
            t.number(coupons),
            " + ".join(map(t.money, worst)),
        ),
    ]


def _sums(amounts: Iterable[Money]) -> list[Money]:
    """One amount a currency."""
    total: dict[str, Money] = {}
    for amount in amounts:
        total[amount.currency] = total.get(amount.currency, Money(0, amount.currency)) + amount
    return [total[currency] for currency in sorted(total)]


def _scale(section: Section) -> float:
    """The longest bar of the section."""
    return max((sum(bar.values()) for bar in section.bars), default=0.0)


def _used(section: Section) -> list[str]:
    """Kinds of bars that the section shows, in their order."""
    found = {kind: None for bar in section.bars for kind, size in bar.items() if size}
    return list(found)
