"""`python -m bench.load.granting streams|switchers|checks …`: people with grants; checks, timed.

Puts rows and sessions in place where a login for each would take an hour, and prints one line of
JSON; `checks` then reads how many units the asking clerk has, and answers with a check's time.
"""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import asyncpg

from handlers.entries import DESK_SPAN, entered
from handlers.mandates import standing_of
from handlers.tools import Tools
from models.grant import Grant, GrantScope
from models.identity import Identity
from models.ids import new_id
from models.person import Person
from models.sealed import Vault
from models.store.challenge import Place
from models.store.session import Kind, Proof, Session, Stage
from models.unit import Agency, LegalRep, Relation, Unit
from models.vocabulary import GrantStatus, IdType, Role
from server.call import csrf_token
from server.clock import utc_now
from server.demo.identifiers import credit_code, resident_number, unit_number
from server.demo.shapes import UnitKind
from server.places import Places
from server.resources import open_database, redis_clients, store_of, tools_of
from server.settings import Settings

AREA, AGENCY = "239900", "239900000001"
AT_ONCE = 500
MANY, CHECKS = 1000, 100

_FILL = """
INSERT INTO grants (id, id_type, id_no_sealed, id_no_index, name_sealed, name_index, unit_id,
    status, valid_from, reason, revision, created_at)
SELECT 'f' || lpad(n::text, 25, '0'), '01', '\\x00', 'filler-' || n, '\\x00', 'filler', u.id,
    'active', now() - interval '1 day', '', 1, now()
FROM generate_series(1, $1::int) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM units) u ON u.at = n % $2::int
"""
_FILL_SCOPES = """
INSERT INTO grant_scopes (grant_id, relation_id)
SELECT g.id, r.id FROM grants g JOIN relations r ON r.unit_id = g.unit_id
WHERE g.name_index = 'filler'
"""


async def _units(count: int) -> list[Unit]:
    await Agency.get_or_create(
        code=AGENCY,
        defaults={"name": "经办", "region": AREA, "address": "", "phone": "", "hours": ""},
    )
    units = [
        Unit(
            id=new_id(),
            uscc=credit_code(UnitKind.COMPANY, AREA, number),
            name=f"测试{number}公司",
            address="",
            region=AREA,
        )
        for number in range(count)
    ]
    await Unit.bulk_create(units, batch_size=AT_ONCE)
    relations = [
        Relation(
            id=new_id(),
            unit_id=unit.id,
            insurance="110",
            unit_no=unit_number(number),
            agency_id=AGENCY,
            recorded_uscc=unit.uscc,
        )
        for number, unit in enumerate(units)
    ]
    await Relation.bulk_create(relations, batch_size=AT_ONCE)
    return units


async def _people(vault: Vault, count: int, first: int) -> list[Person]:
    people = [
        Person(**Person.sealed(vault, new_id(), _identity(number)), created_at=utc_now())
        for number in range(first, first + count)
    ]
    await Person.bulk_create(people, batch_size=AT_ONCE)
    return people


def _identity(number: int) -> Identity:
    return Identity(IdType.RESIDENT_ID, resident_number(AREA, number), "张三")


async def _grants(vault: Vault, pairs: Sequence[tuple[Unit, Person]]) -> list[Grant]:
    relations = {row.unit_id: row.id for row in await Relation.all()}
    grants = [
        Grant(
            **Grant.sealed(vault, new_id(), person.open(vault)),
            unit_id=unit.id,
            person_id=person.id,
            status=GrantStatus.ACTIVE,
            valid_from=person.created_at,
            created_at=person.created_at,
        )
        for unit, person in pairs
    ]
    await Grant.bulk_create(grants, batch_size=AT_ONCE)
    scopes = [GrantScope(grant_id=row.id, relation_id=relations[row.unit_id]) for row in grants]
    await GrantScope.bulk_create(scopes, batch_size=AT_ONCE)
    return grants


async def _session(tools: Tools, person: Person, role: Role, unit: Unit) -> list[str]:
    """Secret and CSRF token of a desk's session, as after a login."""
    standing = await standing_of(tools.vault, person, utc_now(), unit_id=unit.id)
    secret = secrets.token_urlsafe(32)
    blank = Session(
        id=new_id(),
        kind=Kind.DESK,
        stage=Stage.IDENTITY,
        person_id=person.id,
        person_revision=person.revision,
        role=role,
        unit_id="",
        mandate="",
        mandate_revision=0,
        epoch=1,
        place=Place("127.0.0.1", "bench", "bench", ""),
        account_id="",
        view="",
        proof=Proof.SCAN,
    )
    session = entered(tools, blank, person, standing.of(role)[0])
    await tools.sessions.open(secret, session, DESK_SPAN)
    return [secret, csrf_token(tools, secret)]


async def streams(tools: Tools, count: int) -> dict[str, Any]:
    """So many clerks of one unit, signed in; with each its grant; and the legal representative."""
    (unit,) = await _units(1)
    (rep,) = await _people(tools.vault, 1, 0)
    row = LegalRep.sealed(tools.vault, new_id(), rep.open(tools.vault))
    await LegalRep.create(**row, unit_id=unit.id, since=utc_now())
    people = await _people(tools.vault, count, 1)
    grants = await _grants(tools.vault, [(unit, person) for person in people])
    clerks = [
        [grant.id, (await _session(tools, person, Role.CLERK, unit))[0]]
        for grant, person in zip(grants, people, strict=True)
    ]
    return {"rep": await _session(tools, rep, Role.LEGAL_REP, unit), "clerks": clerks}


async def switchers(tools: Tools, count: int) -> dict[str, Any]:
    """Clerks of two units, and as many of a thousand: their sessions, and two units of each."""
    units = await _units(MANY)
    found: dict[str, Any] = {}
    for number, (name, some) in enumerate((("few", units[:2]), ("many", units))):
        people = await _people(tools.vault, count, number * count)
        await _grants(tools.vault, [(unit, person) for person in people for unit in some])
        signed = [await _session(tools, person, Role.CLERK, units[0]) for person in people]
        found[name] = [[*one, units[0].id, units[1].id] for one in signed]
    await _say("ANALYZE")
    return found


async def checks(tools: Tools, fill: int) -> None:
    """A clerk of one unit and one of a thousand, in a table of so many grants; then time them."""
    units = await _units(MANY)
    one, much = await _people(tools.vault, 2, 0)
    pairs = [(units[0], one), *((unit, much) for unit in units)]
    await _grants(tools.vault, pairs)
    await _say(_FILL, fill, MANY)
    await _say(_FILL_SCOPES)
    await _say("ANALYZE")
    print(json.dumps({"grants": await Grant.all().count()}), flush=True)
    for line in sys.stdin:
        person = much if int(line) == MANY else one
        print(json.dumps(await _timed(tools, person, units[0])), flush=True)


async def _timed(tools: Tools, person: Person, unit: Unit) -> float:
    """µs of one check whether the clerk may enter the unit now, the median of a hundred."""
    spent = []
    for _ in range(CHECKS):
        begin = time.perf_counter()
        standing = await standing_of(tools.vault, person, utc_now(), unit_id=unit.id)
        spent.append((time.perf_counter() - begin) * 1e6)
        assert len(standing.mandates) == 1
    return median(spent)


async def _say(statement: str, *values: object) -> None:
    connection = await asyncpg.connect(os.environ["ZB_DATABASE_URL"])
    try:
        await connection.execute(statement, *values, timeout=600)
    finally:
        await connection.close()


async def main(what: str, count: int) -> None:
    settings = Settings.read(dict(os.environ))
    await open_database(settings)
    commands, listener = redis_clients(settings)
    tools = tools_of(settings, store_of(settings, commands), Places())
    if what == "checks":
        await checks(tools, count)
    else:
        making = streams if what == "streams" else switchers
        print(json.dumps(await making(tools, count)))
    await listener.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
