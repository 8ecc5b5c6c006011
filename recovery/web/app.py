"""The application: which address is answered by what. Nothing is decided here."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import fail_after
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from recovery import __version__, telemetry
from recovery.clock import Clock
from recovery.connectors.table_file.columns import FIELDS
from recovery.settings import Settings
from recovery.web import health, hooks, metrics, orders, pay, unsubscribe
from recovery.web.body import read_body
from recovery.web.gate import Gate
from recovery.web.site import Site

Work = Callable[..., Response]


def _takes(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What a body looks like, for the description of the API: we read the bytes ourselves."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


_ORDER = {"type": "object", "properties": {name: {} for name in sorted(FIELDS)}}
_ORDERS = _takes("application/json", {"anyOf": [_ORDER, {"type": "array", "items": _ORDER}]})
_EVENTS = _takes("application/json", {"type": "array", "items": {"type": "object"}})
_FORM = _takes("application/x-www-form-urlencoded", {"type": "object"})


def create(settings: Settings, clock: Clock) -> ASGIApp:
    """Everything that `recovery serve` answers, on one project. Pages about the API are not."""
    telemetry.configure(settings.log_level, settings.secrets(), settings.log_format)
    return Gate(application(Site(settings, clock)), settings)


def application(site: Site) -> FastAPI:
    """The routes, without the wall around them."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        site.close()

    app = FastAPI(
        title="Payment recovery",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    _machines(app, site)
    _people(app, site)
    return app


def _machines(app: FastAPI, site: Site) -> None:
    """What other programs call."""

    @app.post("/v1/orders", response_model=None, openapi_extra=_ORDERS)
    async def v1_orders(request: Request) -> Response:
        return await site.run(orders.take_orders, request.headers, await _body(site, request))

    @app.post("/hooks/sendgrid", response_model=None, openapi_extra=_EVENTS)
    async def hooks_sendgrid(request: Request) -> Response:
        return await site.run(hooks.sendgrid, request.headers, await _body(site, request))

    @app.post("/hooks/twilio/status", response_model=None, openapi_extra=_FORM)
    async def hooks_twilio_status(request: Request) -> Response:
        return await _twilio(site, request, hooks.twilio_status)

    @app.post("/hooks/twilio/inbound", response_model=None, openapi_extra=_FORM)
    async def hooks_twilio_inbound(request: Request) -> Response:
        return await _twilio(site, request, hooks.twilio_inbound)

    @app.head("/healthz", response_model=None, include_in_schema=False)
    @app.get("/healthz", response_model=None)
    async def healthz() -> Response:
        try:
            with fail_after(2 * health.PATIENCE):
                return await site.ask(health.health)
        except TimeoutError:
            return health.down()

    @app.get("/metrics", response_model=None)
    async def metrics_page(request: Request) -> Response:
        caller = request.client.host if request.client else None
        if not metrics.may_ask(site.settings, caller, request.headers):
            return metrics.closed()
        try:
            with fail_after(2 * health.PATIENCE):
                return await site.ask(metrics.metrics)
        except TimeoutError:
            return metrics.down()


def _people(app: FastAPI, site: Site) -> None:
    """Where links in messages lead."""

    @app.head("/pay/{token}", response_model=None, include_in_schema=False)
    @app.get("/pay/{token}", response_model=None)
    async def pay_page(token: str, request: Request) -> Response:
        return await site.show(pay.pay, token, request.method, request.headers)

    @app.head("/unsubscribe/{token}", response_model=None, include_in_schema=False)
    @app.get("/unsubscribe/{token}", response_model=None)
    async def unsubscribe_page(token: str, request: Request) -> Response:
        return await site.show(unsubscribe.ask, token, request.headers)

    @app.get("/", response_model=None, include_in_schema=False)
    @app.get("/pay/", response_model=None, include_in_schema=False)
    async def nothing(request: Request) -> Response:
        return pay.cut_off(site, request.headers)

    @app.get("/unsubscribe/", response_model=None, include_in_schema=False)
    async def nothing_to_unsubscribe(request: Request) -> Response:
        return unsubscribe.lost(site, request.headers)

    @app.post("/unsubscribe/{token}", response_model=None)
    async def unsubscribe_now(token: str, request: Request) -> Response:
        await _body(site, request)
        return await site.show(unsubscribe.stop, token, request.headers)


async def _body(site: Site, request: Request) -> bytes:
    limits = site.settings.serve
    return await read_body(request, limits.body_limit, limits.read_seconds)


async def _twilio(site: Site, request: Request, work: Work) -> Response:
    query: Any = request.scope["query_string"]
    body = await _body(site, request)
    return await site.run(work, request.headers, query.decode("latin-1"), body)
