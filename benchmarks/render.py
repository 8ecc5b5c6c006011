"""How fast messages are rendered, against the bare work: `python -m benchmarks.render [MESSAGES]`.

Prints messages a second on one core and ratios measured in the same run. The yardstick is the same
letter, its subject, text and HTML, as plain Jinja with two holes: no loop, no sandbox, no formats.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from string import Template

import jinja2

from recovery.money import Money
from recovery.template.catalog import Catalog
from recovery.template.sample import sample
from recovery.template.view import ItemView, MessageView

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("en-US", "de-DE", "fr-FR", "es-ES", "pt-BR", "ja-JP", "zh-CN")
MESSAGE = "payment-failed"


def four_items(view: MessageView, number: int) -> MessageView:
    """The same customer's order number `number`, of four items, with amounts of its own."""
    currency = view.order.amount.currency
    items = tuple(
        ItemView(f"Item {i}", i + 1, Money(1990 + (number * 7 + i) % 5000, currency))
        for i in range(4)
    )
    order = replace(
        view.order,
        number=str(number),
        items=items,
        amount=Money(sum(item.total.minor for item in items), currency),
    )
    kept = view.now + timedelta(days=2, minutes=number % 600)
    return replace(view, order=order, kept_until=kept, pay_url=f"{view.pay_url}{number}")


def rate(render: Callable[[MessageView], object], views: list[MessageView], rounds: int) -> float:
    """Messages a second, the median of some rounds; the first round warms up."""
    rates = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        for view in views:
            render(view)
        rates.append(len(views) / (time.perf_counter() - start))
    return median(rates[1:])


def bare_jinja(catalog: Catalog, view: MessageView) -> Callable[[MessageView], object]:
    """The same words with two holes, filled by plain Jinja: what no renderer can beat by much."""
    mail = catalog.email(MESSAGE, view)
    environment = jinja2.Environment(autoescape=True)
    holes = {view.order.number: "{{ number }}", view.pay_url: "{{ pay_url }}"}
    templates = []
    for words in (mail.subject, mail.text, mail.html):
        for value, hole in holes.items():
            words = words.replace(value, hole)
        templates.append(environment.from_string(words))

    def render(view: MessageView) -> object:
        values = {"number": view.order.number, "pay_url": view.pay_url}
        return [template.render(values) for template in templates]

    return render


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if sys.argv[1:] else 2_100
    catalog = Catalog(ROOT / "templates")
    started = time.perf_counter()
    problems = catalog.problems()
    checked = time.perf_counter() - started
    assert not problems, problems
    samples = [sample(locale) for locale in LOCALES]
    views = [
        four_items(view, n)
        for n, view in zip(range(10**5, 10**5 + count), cycle(samples), strict=False)
    ]
    fresh = iter(range(10**6, 10**9))
    size = len(catalog.email(MESSAGE, views[0]).html)
    floor = rate(bare_jinja(catalog, views[0]), views, 3)
    warm = rate(lambda view: catalog.email(MESSAGE, view), views, 5)
    cold = rate(lambda view: catalog.email(MESSAGE, four_items(view, next(fresh))), views, 3)
    sms = rate(lambda view: catalog.sms(MESSAGE, view), views, 3)
    per_message = rate(lambda view: Catalog(ROOT / "templates").email(MESSAGE, view), views[:7], 1)
    print(
        Template(
            "check of all templates   $checked s\n"
            "html + text + subject    $warm /s   ($size bytes of HTML, 4 items, 7 locales)\n"
            "the same, new deadlines  $cold /s   (views built, every deadline seen first)\n"
            "SMS                      $sms /s\n"
            "compiled per message     $per /s   (what the catalog saves: x$saved)\n"
            "words with two holes     $floor /s   (ours takes x$ratio of it)"
        ).substitute(
            checked=f"{checked:.2f}",
            warm=f"{warm:,.0f}",
            size=f"{size:,}",
            cold=f"{cold:,.0f}",
            sms=f"{sms:,.0f}",
            per=f"{per_message:,.0f}",
            saved=f"{warm / per_message:,.0f}",
            floor=f"{floor:,.0f}",
            ratio=f"{floor / warm:.1f}",
        )
    )


if __name__ == "__main__":
    main()
