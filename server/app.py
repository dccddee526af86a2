"""The application: routes, renderer, limits. Building it opens nothing; server.resources does."""

import asyncio

from sanic import Sanic
from sanic.config import Config

from server import duties, resources
from server.clock import Clock, utc_now
from server.context import App, Context
from server.endpoint import blueprint_of
from server.errors import Renderer
from server.operation import Operation, Routes
from server.pushes import EMBEDDED_MOST, deliver
from server.routes import ROUTES
from server.routes.pages import pages
from server.settings import Settings

JSON_LIMIT = 64 * 1024
REQUEST_S, RESPONSE_S, KEEP_ALIVE_S = 10, 60, 75
GRACE_S = 10


def create_app(settings: Settings, *, now: Clock = utc_now, name: str = "zhangban") -> App:
    """The application for these settings. now: where it gets the time from (tests have theirs)."""
    app: App = Sanic(
        name,
        config=_config(),
        ctx=Context(settings, now),
        error_handler=Renderer(),
        configure_logging=False,
        strict_slashes=False,
    )
    for routes in ROUTES:
        app.blueprint(blueprint_of(routes))
    app.blueprint(pages())
    app.register_listener(_open, "before_server_start")
    app.register_listener(_drain, "before_server_stop")
    app.register_listener(_close, "after_server_stop")
    return app


def operations(sections: tuple[Routes, ...] = ROUTES) -> list[Operation]:
    """Every declared operation, in the order of the routes."""
    return [operation for routes in sections for operation in routes.operations]


def _config() -> Config:
    config = Config(env_prefix=None)
    config.REQUEST_MAX_SIZE = JSON_LIMIT
    config.REQUEST_MAX_HEADER_SIZE = 16 * 1024
    config.REQUEST_TIMEOUT = REQUEST_S
    config.RESPONSE_TIMEOUT = RESPONSE_S
    config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_S
    config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACE_S
    config.ACCESS_LOG = False
    config.FALLBACK_ERROR_FORMAT = "json"
    config.AUTO_EXTEND = False
    config.OAS = False
    config.MOTD = False
    return config


async def _open(app: App) -> None:
    app.ctx.opened = await resources.open_all(app.ctx)
    if app.ctx.settings.all_in_one:
        stop, teller = app.ctx.stopping, app.ctx.opened.teller
        app.ctx.beside = [
            asyncio.create_task(duties.keep_ticking(app.ctx, stop)),
            asyncio.create_task(deliver(app.ctx, teller, stop, most=EMBEDDED_MOST)),
        ]


async def _drain(app: App) -> None:
    app.ctx.draining = True
    app.ctx.stopping.set()
    if app.ctx.hub is not None:
        await app.ctx.hub.close()
    unfinished = [*app.ctx.under_way, *app.ctx.beside]
    if unfinished:
        await asyncio.wait(unfinished, timeout=GRACE_S)


async def _close(app: App) -> None:
    if app.ctx.opened is not None:
        await resources.close_all(app.ctx.opened)
