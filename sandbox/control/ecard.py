"""Control of the e-card platform: people, their cards, and what they do with the e-card app."""

from sanic import Blueprint
from sanic.exceptions import BadRequest, NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.control.reading import Body
from sandbox.ecard.people import BusinessError, Card, Person
from sandbox.world import World, world_of

bp = Blueprint("control_ecard")


@bp.post("/ecard/people")
async def person(request: Request) -> HTTPResponse:
    """A person (known or new) opens the e-card mini-program: a fresh sign_no and `security`."""
    body, platform = Body.of(request), world_of(request).ecard
    known = platform.people.register(
        name=body.text("name"),
        id_no=body.text("id_no"),
        id_type=body.text("id_type", "01"),
        card=body.choice("card_state", Card, Card.OK),
    )
    sign_no = platform.open_app(known)
    # The number inside `security` is one of its own: each works once.
    security = platform.inbound(platform.open_app(known))
    return json({"essc_no": known.essc_no, "sign_no": sign_no, "security": security})


@bp.post("/ecard/scan")
async def scan(request: Request) -> HTTPResponse:
    """A person scans an e-card QR code: confirm true or false decides, no confirm only looks."""
    body, world = Body.of(request), world_of(request)
    who = _person(world, body)
    confirm = body.flag("confirm") if body.content.get("confirm") is not None else None
    try:
        state = world.ecard.qr_codes.scan(
            body.text("qr_code").rsplit("/", 1)[-1], who, confirm=confirm, now=world.clock.now()
        )
    except BusinessError as unknown:
        raise NotFound(unknown.text) from None
    return json({"state": state.value})


@bp.post("/ecard/present")
async def present(request: Request) -> HTTPResponse:
    """A person shows a QR code of the e-card app to be scanned by us."""
    world = world_of(request)
    return json({"qr_code": world.ecard.present(_person(world, Body.of(request)))})


def _person(world: World, body: Body) -> Person:
    known = world.ecard.people.by_essc_no(body.text("essc_no"))
    if known is None:
        raise BadRequest("essc_no: nobody has this card")
    return known
