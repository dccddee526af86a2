"""Coming in, in the world of grants: a login in two halves, requests, going over to a unit."""

import secrets
from datetime import datetime
from typing import Any, cast

from msgspec.structs import replace

from handlers import (
    approvals,
    exchanges,
    sessions,
)
from handlers.entries import Opened
from models.actor import Actor
from models.ids import new_id
from models.person import Person
from models.store.session import Kind, Session, Stage
from models.vocabulary import Channel, Role
from server.admission import live_session
from server.call import Call
from tests.build import DESK
from tests.state.challenge_world import PLENTY
from tests.state.grant_moves import Moves


class Entering(Moves):
    """The doors of the product too."""

    async def agree(self, person: str, firm: str, role: Role, now: datetime) -> tuple[str, str]:
        """A desk's code is scanned and approved; challenge and the browser that shows it."""
        tools, who = self.tools, self.cast.people[person]
        browser, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
        challenges = tools.challenges
        issued = await challenges.issue(browser, role, Channel.MINIAPP, self.place, PLENTY)
        assert issued.value is not None, issued.word
        cid = issued.value.cid
        frame: dict[str, Any] = {"generation": 0, "step": 0, "scanned_at_ms": None, "grace_ms": 0}
        claimed = await challenges.scan(cid, who.id, **frame, nonce=nonce, scanner="张*")
        assert claimed.word == "ok"
        unit_id, actor = self.cast.units[firm].id, Actor(person_id=who.id)
        asked: dict[str, Any] = {"nonce": nonce, "role": role, "unit_id": unit_id, "now": now}
        await approvals.approve(tools, _phone_of(who), actor, cid, **asked)
        return cid, browser

    async def exchange(self, cid: str, browser: str, now: datetime) -> Opened:
        done = await exchanges.exchange(self.tools, Actor(), cid, browser, None, now=now)
        return done.opened

    async def use(self, secret: str, now: datetime) -> Session:
        """One request, as far as the door."""
        nothing = cast("Any", None)
        actor = Actor()
        call = Call(nothing, nothing, self.tools, now, "", "", actor, secret=secret)
        return await live_session(call)

    async def switch(self, secret: str, firm: str, role: Role, now: datetime) -> Opened:
        session = await self.use(secret, now)
        unit_id, actor = self.cast.units[firm].id, Actor(person_id=session.person_id)
        asked: dict[str, Any] = {"unit_id": unit_id, "role": role, "once": None, "now": now}
        return await sessions.switch_unit(self.tools, session, secret, actor, **asked)


def _phone_of(person: Person) -> Session:
    return replace(_NOBODY, id=new_id(), person_id=person.id, person_revision=person.revision)


_NOBODY = Session(
    id="",
    kind=Kind.PHONE,
    stage=Stage.IDENTITY,
    person_id="",
    person_revision=1,
    role=None,
    unit_id="",
    mandate="",
    mandate_revision=0,
    epoch=1,
    place=DESK,
    account_id="",
    view="",
)
