"""Every address of the API, called with whatever its own description allows."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from recovery.clock import SystemClock
from recovery.web.app import application
from recovery.web.site import Site
from tests.support.served import BROWSER, ORDERS_SECRET, Served, signed

OPERATIONS = [
    "POST /v1/orders",
    "POST /hooks/sendgrid",
    "POST /hooks/twilio/status",
    "POST /hooks/twilio/inbound",
    "GET /healthz",
    "GET /metrics",
    "GET /pay/{token}",
    "GET /unsubscribe/{token}",
    "POST /unsubscribe/{token}",
]
little = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def operations(served: Served) -> dict[str, Any]:
    described = application(Site(served.settings, SystemClock())).openapi()
    schema = schemathesis.openapi.from_dict(described)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def test_these_are_all(small_served: Served) -> None:
    assert list(operations(small_served)) == OPERATIONS


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_the_description_allows_is_no_server_error(
    small_served: Served, label: str
) -> None:
    operation = operations(small_served)[label]

    @little
    @given(st.data())
    def call(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        headers = {"User-Agent": BROWSER}
        case.call_and_validate(
            base_url=small_served.url, headers=headers, checks=[not_a_server_error]
        )

    call()


def test_signed_orders_of_that_shape_are_taken_or_refused(small_served: Served) -> None:
    operation = operations(small_served)["POST /v1/orders"]

    @little
    @given(st.data())
    def call(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        stamp = str(int(small_served.house.now.timestamp()))
        sent = case.as_transport_kwargs(base_url=small_served.url)
        body = sent.get("data") or b""
        if "json" in sent:
            answer = small_served.tell_orders(sent["json"])
        else:
            headers = {"X-Recovery-Signature": signed(ORDERS_SECRET, stamp, bytes(body))}
            answer = small_served.call("POST", "/v1/orders", bytes(body), headers)
        assert answer.status in (200, 400, 422), answer.text

    call()
