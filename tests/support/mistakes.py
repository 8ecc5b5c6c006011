"""Mistakes that somebody could make in measuring: each has a test that must notice it.

tests/measure/test_guards.py makes them, one after the other.
"""

from typing import Any, NamedTuple


class Spoilt(NamedTuple):
    """A mistake: where it is, what stands there, what would stand there; and who notices."""

    mistake: str
    module: str
    right: str
    wrong: str
    test: str  # file and name of a test
    given: dict[str, Any] = {}  # noqa: RUF012 - of a test with parameters


SENT = "SELECT 1 FROM touches WHERE enrolment_id = enrolments.id AND state IN ('sent')"
UNSENT = f'__import__("sqlalchemy").text("NOT (enrolments.holdout OR EXISTS ({SENT}))")'
SEED = {"seed": 1}
MISTAKES = [
    Spoilt(
        "no burn-in: a verdict from the first customers on",
        "measure.lift",
        "enough = treated.total + control.total, stats.enough(treated, control)",
        "enough = treated.total + control.total, True",
        "fixture.test_what_the_messages_brought",
    ),
    Spoilt(
        "young customers who have paid already count",
        "measure.evidence.tallies",
        "if row.mature:\n",
        "if row.mature or row.converted:\n",
        "fixture.test_customers",
    ),
    Spoilt(
        "young orders that are paid already count",
        "measure.counts",
        "and_(f.mature == 1, f.own != NOT)",
        "(f.own != NOT)",
        "fixture.test_orders",
    ),
    Spoilt(
        "orders of one customer are strangers to each other",
        "measure.report",
        "worth = max(1.0, ",
        "worth = min(1.0, ",
        "histories.test_rates_and_money_before_rounding",
        SEED,
    ),
    Spoilt(
        "what is credited is called caused",
        "measure.lift",
        "self.absolute * self.treated.total",
        "self.treated.count - 1.0",
        "fixture.test_what_the_messages_brought",
    ),
    Spoilt(
        "lift on the enrolled order alone",
        "measure.comparing",
        "return Proportion(tally.converted, tally.mature)",
        "return Proportion(tally.recovered, tally.mature)",
        "fixture.test_what_the_messages_brought",
    ),
    Spoilt(
        "whom nothing was sent to is left out",
        "measure.evidence.units",
        "or_(_is_void(), _came_before())",
        f"or_(_is_void(), _came_before(), {UNSENT})",
        "fixture.test_customers",
    ),
    Spoilt(
        "the discount is taken off twice",
        "measure.cash",
        "return self.purse.net - self.messages",
        "return self.purse.net - self.purse.discount - self.messages",
        "fixture.test_money_by_currency",
    ),
    Spoilt(
        "a new draw for each order",
        "planner.kept",
        "earlier.c.layer.is_(None))",
        "earlier.c.id < 0)",
        "laws.test_a_second_enrolment_keeps_the_arm",
    ),
    Spoilt(
        "paid as the window closes is too late, for customers",
        "measure.evidence.units",
        "paid_at <= e.window_ends_at, paid_at <= now",
        "paid_at < e.window_ends_at, paid_at <= now",
        "fixture.test_customers",
    ),
    Spoilt(
        "paid as the window closes is too late, for orders",
        "measure.evidence.units",
        "paid_at <= e.window_ends_at, paid_at <= now",
        "paid_at < e.window_ends_at, paid_at <= now",
        "fixture.test_orders",
    ),
    Spoilt(
        "paid as the window closes is too late, for money",
        "measure.evidence.purses",
        "paid_at <= u.window_ends_at",
        "paid_at < u.window_ends_at",
        "fixture.test_money_by_currency",
    ),
    Spoilt(
        "versions with other shares are thrown together",
        "measure.survey",
        "found[str(shares)].append",
        "found[0].append",
        "histories.test_every_lift_before_rounding",
        SEED,
    ),
    Spoilt(
        "an order that was paid before is a unit",
        "measure.evidence.units",
        "or_(_is_void(), _came_before())",
        "_came_before()",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "after a void enrolment nobody is first",
        "measure.evidence.units",
        "earlier.c.layer.is_(None),\n        ~void,",
        "earlier.c.layer.is_(None),",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "a customer counts at every enrolment",
        "measure.evidence.units",
        "or_(_is_void(), _came_before())",
        "_is_void()",
        "fixture.test_customers",
    ),
    Spoilt(
        "who was held out of everything counts in the segment",
        "measure.evidence.units",
        "e.enrolled_at <= question.now, e.layer.is_(None))",
        "e.enrolled_at <= question.now)",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "another order of the customer is no conversion",
        "measure.evidence.units",
        "else_=earliest).label",
        "else_=own_paid_at).label",
        "fixture.test_customers",
    ),
    Spoilt(
        "a refund counts for ever",
        "measure.evidence.units",
        "and_(o.refunded_at <= now, in_time)",
        "(o.refunded_at <= now)",
        "fixture.test_a_shorter_time_for_refunds",
    ),
    Spoilt(
        "a touch after the payment has credit",
        "measure.evidence.credit",
        "            at < u.paid_at,\n",
        "",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "an SMS has credit for five days",
        "measure.evidence.credit",
        "Channel.SMS: timedelta(hours=24)",
        "Channel.SMS: timedelta(days=5)",
        "fixture.test_credit_is_given_once_and_never_to_the_holdout",
    ),
    Spoilt(
        "machines that click have credit",
        "measure.evidence.credit",
        ", ~clicks.c.machine)",
        ")",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "currencies are added",
        "measure.evidence.purses",
        "_in_window(counted), orders.c.currency == u.currency)",
        "_in_window(counted))",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "a leaked coupon is charged to nobody",
        "measure.evidence.purses",
        'c.cost_minor.label("leaked")',
        '(c.cost_minor * 0).label("leaked")',
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "messages billed in another currency are lost",
        "measure.waterfall",
        "sorted(ours | billed)",
        "sorted(ours)",
        "waterfall.test_messages_billed_in_another_currency_have_a_line_of_their_own",
    ),
    Spoilt(
        "an SMS of three parts costs one",
        "measure.evidence.letters",
        "func.coalesce(t.segments, 1)",
        "1",
        "histories.test_every_number_of_a_report",
        SEED,
    ),
    Spoilt(
        "a hold-out that was reached says nothing against the lift",
        "measure.judging",
        "return self.contaminated > CONTAMINATED * self.held_out",
        "return False",
        "histories.test_one_address_under_two_accounts_silences_the_lift",
    ),
    Spoilt(
        "arms of other sizes than drawn say nothing against the lift",
        "measure.judging",
        "return self.srm_p is not None and self.srm_p < SRM_ALPHA",
        "return False",
        "comparing.test_arms_of_other_sizes_than_drawn_silence_the_lift",
    ),
    Spoilt(
        "money gained is told although the lift is silenced",
        "measure.report",
        "one if trusted else one.silent()",
        "one",
        "comparing.test_arms_of_other_sizes_than_drawn_silence_the_lift",
    ),
    Spoilt(
        "money has an interval however few have paid",
        "measure.survey",
        "stats.enough_payers(*arms.values())",
        "True",
        "waterfall.test_money_has_an_interval_from_a_hundred_payers_on",
        {"short": 1},
    ),
    Spoilt(
        "the cap moves with every payer",
        "measure.survey",
        "FIRST = 200",
        "FIRST = 100_000",
        "waterfall.test_the_cap_never_moves_again",
    ),
    Spoilt(
        "harm waits for the burn-in",
        "measure.judging",
        "lift.harm_p < HARM_ALPHA",
        "lift.harm_p < HARM_ALPHA and lift.enough_data",
        "judging.test_harm_is_told_from_the_first_converters_on",
    ),
    Spoilt(
        "each of several sequences may cry harm",
        "measure.lift",
        "exact.p * sequences",
        "exact.p * 1",
        "lift.test_several_sequences_share_the_chance_of_a_false_harm",
    ),
    Spoilt(
        "one look is told before its day",
        "measure.lift",
        "one if due and one.enough_data else one.waiting()",
        "one",
        "lift.test_what_one_look_would_say_is_not_told_before_its_day",
    ),
]
