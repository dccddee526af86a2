"""Registering, played: what people type, and registries that say what a test wants."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from handlers.ports import Found, LookUp, NotFound, Source
from handlers.registrations import register
from handlers.tools import Tools
from handlers.verifying import Typed
from models.actor import Actor
from models.errors.entry import Refusal
from models.idempotency import Once
from models.identity import Identity
from models.outbox import OutboxEvent
from models.registration import Registration
from models.vocabulary import RegistrationStatus
from server.demo.identifiers import credit_code
from server.demo.shapes import UnitKind
from tests.build import (
    AREA,
    DESK_IP,
    NOW,
    an_identity,
)
from tests.registered import numbers

NAME = "测试新办有限公司"
PHONE = "13800000000"
ACTOR = Actor(ip=DESK_IP)
HOUR = timedelta(hours=1)


def a_typed(rep: Identity | None = None, *, name: str = NAME, uscc: str = "") -> Typed:
    """What somebody types, well-formed."""
    rep = rep or an_identity()
    made = uscc or credit_code(UnitKind.COMPANY, AREA, next(numbers))
    return Typed(made, name, Identity(rep.id_type, rep.id_no, rep.name, PHONE))


def a_record(typed: Typed, **changed: str | None) -> Found:
    """The registry's record that agrees with what was typed, but for what is changed."""
    rep = typed.legal_rep
    values: dict[str, str | None] = {
        "name": typed.name,
        "legal_rep_name": rep.name,
        "legal_rep_id_no": rep.id_no,
    }
    return Found(uscc=typed.uscc, **(values | changed))  # type: ignore[arg-type]


@dataclass
class Played:
    """The registries at their port: what each says, everything else not found."""

    says: Mapping[Source, LookUp] = field(default_factory=dict)
    asked: int = 0

    async def look_up(self, source: Source, uscc: str) -> LookUp:
        """What one registry holds."""
        self.asked += 1
        await asyncio.sleep(0)
        return self.says.get(source, NotFound())


def agreeing(typed: Typed) -> Played:
    """Registries of which one knows the unit as it was typed."""
    return Played({Source.MARKET: a_record(typed)})


def a_key(key: str = "key-1", fingerprint: str = "f" * 64) -> Once:
    return Once("caller", key, fingerprint)


async def refused(tools: Tools, played: Played, typed: Typed) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await register(tools, played, ACTOR, typed, None, now=NOW)
    return caught.value


async def status_of(typed: Typed) -> RegistrationStatus:
    return (await Registration.get(uscc=typed.uscc)).status


async def topics() -> list[str]:
    return [each.topic.value for each in await OutboxEvent.all()]
