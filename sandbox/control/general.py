"""Control of the sandbox as a whole: reset, clock, faults, settings, state, registries."""

from dataclasses import asdict, fields

from sanic import Blueprint
from sanic.exceptions import BadRequest
from sanic.request import Request
from sanic.response import HTTPResponse, json

from sandbox.control.reading import Body
from sandbox.credentials import fixed
from sandbox.faults import Fault, FaultKind
from sandbox.knobs import Knobs
from sandbox.registry.records import Source
from sandbox.world import world_of

bp = Blueprint("control")

WORDS = {"push_mode": ("safe", "plain"), "push_format": ("json", "xml")}


@bp.post("/reset")
async def reset(request: Request) -> HTTPResponse:
    world = world_of(request)
    world.reset(int(Body.of(request).number("seed", world.seed)))
    return json({"seed": world.seed})


@bp.post("/clock")
async def clock(request: Request) -> HTTPResponse:
    world = world_of(request)
    world.clock.offset_s = float(Body.of(request).number("offset_s", 0))
    return json({"offset_s": world.clock.offset_s, "now": world.clock.now()})


@bp.post("/faults")
async def add_fault(request: Request) -> HTTPResponse:
    body = Body.of(request)
    count, probability = body.number("count", 0), body.number("probability", 1)
    if not 0 <= probability <= 1:
        raise BadRequest("probability: 0 to 1 is expected")
    errcode = body.content.get("errcode")
    fault = Fault(
        target=body.text("target"),
        kind=body.choice("kind", FaultKind),
        left=int(count) or None,
        probability=probability,
        errcode="" if errcode is None else str(errcode),
        delay_s=body.number("delay_s", 0),
    )
    world_of(request).faults.add(fault)
    return json(fault.plain(), status=201)


@bp.delete("/faults")
async def clear_faults(request: Request) -> HTTPResponse:
    world_of(request).faults.clear(request.args.get("target", ""))
    return json({})


@bp.post("/settings")
async def settings(request: Request) -> HTTPResponse:
    """Turn knobs; fields not sent stay as they are."""
    body, knobs = Body.of(request), world_of(request).knobs
    names = {knob.name for knob in fields(Knobs)}
    for name in body.content:
        if name not in names:
            raise BadRequest(f"{name}: no such setting")
        setattr(knobs, name, _value(body, name, getattr(knobs, name)))
    return json(asdict(knobs))


def _value(body: Body, name: str, now: object) -> object:
    if isinstance(now, bool):
        return body.flag(name)
    if isinstance(now, int):
        return int(body.number(name, now))
    if isinstance(now, list):
        return body.texts(name)
    value = body.text(name, "")
    if value not in WORDS.get(name, (value,)):
        raise BadRequest(f"{name}: one of {' '.join(WORDS[name])} is expected")
    return value


@bp.post("/personas")
async def personas(request: Request) -> HTTPResponse:
    """The people the phone page offers: `[{key, name, id_no, id_type?, card_state?, note?}]`."""
    listed = (
        request.json if isinstance(request.json, list) else (request.json or {}).get("personas")
    )
    if not isinstance(listed, list):
        raise BadRequest("a list of personas is expected")
    world_of(request).personas = [_persona(entry) for entry in listed]
    return json({"count": len(listed)})


def _persona(entry: object) -> dict[str, object]:
    if not isinstance(entry, dict):
        raise BadRequest("a persona is an object")
    body = Body(entry)
    usual = {"id_type": "01", "card_state": "ok", "note": ""}
    needed = {name: body.text(name) for name in ("key", "name", "id_no")}
    return {**needed, **{name: body.text(name, value) for name, value in usual.items()}}


@bp.get("/personas")
async def list_personas(request: Request) -> HTTPResponse:
    return json({"items": world_of(request).personas})


@bp.get("/credentials")
async def credentials(request: Request) -> HTTPResponse:
    known = fixed()
    world = world_of(request)
    known["alipay"] |= world.keys.credentials()
    known["smtp"] = {"host": "127.0.0.1", "port": str(world.smtp_port)}
    return json(known)


@bp.get("/state")
async def state(request: Request) -> HTTPResponse:
    """For tests: what was called how often, what was pushed, what is in place."""
    world = world_of(request)
    # What an earlier call started in the background is part of the state.
    await world.courier.idle()
    return json(
        {
            "seed": world.seed,
            "offset_s": world.clock.offset_s,
            "product": world.product,
            "calls": dict(sorted(world.calls.items())),
            "faults": [fault.plain() for fault in world.faults.faults],
            "settings": asdict(world.knobs),
            "pushes": [asdict(push) for push in world.wechat.pusher.log],
            "people": len(world.ecard.people),
        }
    )


@bp.post("/registry")
async def registry(request: Request) -> HTTPResponse:
    """Tell a registry about a unit, or take it down. Further fields are kept and given back."""
    body = Body.of(request)
    records = world_of(request).registries.of(body.choice("source", Source))
    uscc, available = body.text("uscc", ""), body.flag("available", True)
    records.set_available(uscc, available=available)
    if uscc and body.content.get("name"):
        hidden = ("source", "available")
        records.units[uscc] = {k: v for k, v in body.content.items() if k not in hidden}
    return json({"known": len(records.units), "down": records.down})


@bp.delete("/registry")
async def forget_unit(request: Request) -> HTTPResponse:
    source = Body({"source": request.args.get("source")}).choice("source", Source)
    world_of(request).registries.of(source).units.pop(request.args.get("uscc", ""), None)
    return json({})


@bp.post("/ca/revoke")
async def revoke(request: Request) -> HTTPResponse:
    """Revoke a certificate that the CA issued; serial: hex."""
    serial = Body.of(request).text("serial")
    try:
        known = world_of(request).ca.revoke(int(serial, 16))
    except ValueError:
        raise BadRequest("serial: hexadecimal digits are expected") from None
    return json({"revoked": known}, status=200 if known else 404)
