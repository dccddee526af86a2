"""How rows and records become what clients get."""

from handlers.entries import View
from handlers.mandates import Mandate, RelationView
from handlers.menus import MENUS
from handlers.scans import Scanned
from models.errors.catalogue import entry_of
from models.frame import Frames, step_at
from models.store.challenge import STEP_S, Challenge
from models.store.session import Session, Stage
from models.vocabulary import Role
from server.moments import moment, time_text
from server.wire import shapes

CAPTIONS = {Role.LEGAL_REP: "法人扫码登录", Role.CLERK: "办事员扫码登录"}


def challenge(frames: Frames, found: Challenge) -> shapes.ShownChallenge:
    """A challenge with the frame of this moment."""
    step = step_at(found.issued_at_ms, found.read_at_ms)
    frame = frames.token(found.cid, found.generation, step)
    return shapes.ShownChallenge(
        id=found.cid,
        revision=found.revision,
        role=found.role,
        caption=CAPTIONS[found.role],
        channel=found.channel,
        status=found.status,
        expires_at=time_text(found.expires_at_ms),
        step_s=STEP_S,
        frame=frame,
        url=found.content or frames.url(frame),
        scanned_by=found.scanned_by or None,
        pair_required=True if found.pair_required else None,
        reason=found.reason or None,
        refusal=_refusal(found.refusal),
    )


def _refusal(code: str) -> shapes.ShownRefusal | None:
    entry = entry_of(code) if code else None
    if entry is None:
        return None
    shown = entry.refuse()
    return shapes.ShownRefusal(
        code,
        shown.title,
        shown.detail,
        shown.solutions,
        [{"rel": action.rel, "title": action.title} for action in shown.actions],
    )


def relation(view: RelationView) -> shapes.ShownRelation:
    """An insured relation."""
    return shapes.ShownRelation(
        view.id,
        view.insurance,
        view.insurance_name,
        view.unit_no,
        view.agency,
        view.items,
    )


def unit(mandate: Mandate) -> shapes.ShownUnit:
    """A unit to choose."""
    return shapes.ShownUnit(
        mandate.unit.id,
        mandate.unit.name,
        mandate.role,
        [relation(view) for view in mandate.relations],
        moment(mandate.last_used_at),
    )


def scan(found: Scanned, site: str) -> shapes.ShownScan:
    """The confirm page's facts. site: the host that the desk's browser is on."""
    desk = found.desk
    return shapes.ShownScan(
        challenge_id=found.challenge_id,
        nonce=found.nonce,
        role=found.role,
        caption=CAPTIONS[found.role],
        context=shapes.ShownContext(
            site=site,
            browser=desk.browser,
            os=desk.os,
            ip_place=" ".join(part for part in (desk.name, desk.ip) if part),
            at=time_text(found.at_ms),
            same_place=found.same_place,
        ),
        units=[unit(mandate) for mandate in found.mandates],
        pair_code=found.pair_code,
    )


def session(found: Session, view: View, csrf: str) -> shapes.ShownSession:
    """The session of `GET /session`."""
    entered = found.stage is Stage.UNIT
    menus = MENUS[found.role] if entered and found.role else ()
    return shapes.ShownSession(
        person=shapes.ShownPerson(view.name, view.id_no_masked),
        role=found.role,
        unit=shapes.CurrentUnit(found.unit_id, view.unit_name, view.uscc_masked)
        if entered
        else None,
        relations=[relation(each) for each in view.relations],
        grant_revision=found.mandate_revision,
        epoch=found.epoch,
        csrf_token=csrf,
        menus=[shapes.ShownMenu(item.key, item.title, item.url) for item in menus],
        expires_at=time_text(found.expires_at_ms),
    )


def device(found: Session, view: View, current: str) -> shapes.ShownDevice:
    """One row of the device list."""
    return shapes.ShownDevice(
        id=found.id,
        current=found.id == current,
        kind=found.kind.value,
        role=found.role,
        unit_name=view.unit_name,
        browser=found.place.browser,
        os=found.place.os,
        ip=found.place.ip,
        place=found.place.name,
        started_at=time_text(found.opened_at_ms),
        last_seen_at=time_text(found.seen_at_ms),
    )
