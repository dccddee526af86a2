"""Builds the sandbox's web application."""

import logging
from itertools import count

from sanic import Blueprint, Sanic

import sandbox.alipay.routes
import sandbox.ca.routes
import sandbox.control.core
import sandbox.control.ecard
import sandbox.control.general
import sandbox.control.letters
import sandbox.control.phones
import sandbox.core.routes
import sandbox.ecard.routes
import sandbox.letters.routes
import sandbox.phone_page
import sandbox.registry.routes
import sandbox.wechat.routes
from sandbox.control.guard import guard_control
from sandbox.world import World

LONGEST_ANSWER_S = 600
_numbers = count(1)


def build(world: World) -> Sanic:  # type: ignore[type-arg]
    """A Sanic application over one world; several may live in one process."""
    # Sanic keeps applications by name, so each needs its own.
    app = Sanic(f"sandbox-{next(_numbers)}", configure_logging=False)
    app.ctx.world = world
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.RESPONSE_TIMEOUT = LONGEST_ANSWER_S
    app.config.ACCESS_LOG = False
    app.config.MOTD = False
    # Sanic would rewrite its own methods once per application, which fails for the second one.
    app.config.TOUCHUP = False
    logging.getLogger("sanic.root").setLevel(logging.WARNING)
    control = Blueprint.group(
        sandbox.control.general.bp,
        sandbox.control.phones.bp,
        sandbox.control.ecard.bp,
        sandbox.control.letters.bp,
        sandbox.control.core.bp,
        url_prefix="/_ctl",
    )
    app.register_middleware(guard_control, "request")
    app.blueprint(control)
    for part in (
        sandbox.wechat.routes,
        sandbox.alipay.routes,
        sandbox.ecard.routes,
        sandbox.registry.routes,
        sandbox.letters.routes,
        sandbox.ca.routes,
        sandbox.core.routes,
        sandbox.phone_page,
    ):
        app.blueprint(part.bp)
    return app
