"""Renewing certificates: asked for in time, sent by the clock, ended once, whatever the CA does."""

import asyncio
from datetime import datetime, timedelta

import pytest

from handlers import certificates, renewals
from handlers.ports import CaAnswer, CaState
from handlers.tools import Tools
from models.actor import Actor
from models.certificate import Certificate, CertificateRenewal
from models.errors.entry import Refusal
from models.unit import Unit
from models.vocabulary import (
    CertificateSource,
    CertificateState,
    CertificateStatus,
    RenewalStatus,
    Role,
)
from models.working_days import after_working_days
from tests.build import NOW, a_unit
from tests.certificate_files import a_der
from tests.certificates import a_certificate, owed_of
from tests.handlers.fake_ca import FakeCa

LATER = NOW + timedelta(days=30)


def of(unit: Unit) -> Actor:
    return Actor(person_id="p1", role=Role.CLERK, unit_id=unit.id)


async def asked_for(tools: Tools, left: int = 15) -> tuple[Unit, Certificate]:
    """A certificate for whose renewal somebody has just asked."""
    unit = await a_unit()
    row = await a_certificate(unit, left)
    await renewals.ask(tools, of(unit), row.id, revision=1, now=NOW)
    return unit, row


def issued(uscc: str, days: int = 380) -> CaAnswer:
    return CaAnswer(CaState.ISSUED, file=a_der(uscc, ends=NOW + timedelta(days=days)))


async def topics() -> list[str]:
    return [topic for topic, _, _ in await owed_of("certificate.")]


@pytest.mark.parametrize("left", [90, 30, 0, -1, -365])
async def test_from_90_days_before_to_365_after_one_may_ask(tools: Tools, left: int) -> None:
    unit = await a_unit()
    row = await a_certificate(unit, left)

    view = await renewals.ask(tools, of(unit), row.id, revision=1, now=NOW)

    assert view.status is CertificateStatus.RENEWING
    assert view.renewal is not None
    assert view.renewal.status is RenewalStatus.ASKED


@pytest.mark.parametrize(
    ("left", "state", "code"),
    [
        (91, CertificateState.HELD, "SB-6006"),
        (-366, CertificateState.HELD, "SB-6007"),
        (15, CertificateState.LOST, "SB-5003"),
        (15, CertificateState.RENEWING, "SB-5003"),
        (15, CertificateState.REVOKED, "SB-5003"),
        (15, CertificateState.REPLACED, "SB-5003"),
    ],
)
async def test_others_may_not(tools: Tools, left: int, state: CertificateState, code: str) -> None:
    unit = await a_unit()
    row = await a_certificate(unit, left, state=state)

    with pytest.raises(Refusal) as refused:
        await renewals.ask(tools, of(unit), row.id, revision=1, now=NOW)

    assert refused.value.entry.code == code
    assert not await CertificateRenewal.exists()


async def test_of_two_who_ask_at_once_one_is_heard(tools: Tools) -> None:
    unit = await a_unit()
    row = await a_certificate(unit, 15)

    both = await asyncio.gather(
        *(renewals.ask(tools, of(unit), row.id, revision=1, now=NOW) for _ in range(2)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, Refusal) for each in both) == 1
    assert await CertificateRenewal.all().count() == 1


async def test_the_issued_one_takes_the_place_of_the_old_one(tools: Tools) -> None:
    unit, old = await asked_for(tools)
    ca = FakeCa(issued(unit.uscc))

    assert await renewals.look_after(tools, ca, now=NOW) == 1

    new = await Certificate.get(source=CertificateSource.CA)
    old = await Certificate.get(id=old.id)
    assert (old.state, old.replaced_by, old.next_step_on) == ("replaced", new.id, None)
    assert new.not_after == NOW + timedelta(days=380)
    assert await topics() == ["certificate.renewed"]
    assert (ca.asked[0].uscc, ca.asked[0].not_after) == (unit.uscc, old.not_after)
    assert await renewals.look_after(tools, ca, now=LATER) == 0


async def test_clocks_at_once_end_it_once(tools: Tools) -> None:
    unit, _ = await asked_for(tools)
    ca = FakeCa(issued(unit.uscc))

    ended = await asyncio.gather(*(renewals.look_after(tools, ca, now=NOW) for _ in range(4)))

    assert sum(ended) == 1
    assert len(ca.asked) == 1
    assert await topics() == ["certificate.renewed"]


async def test_a_clock_that_died_after_asking_is_followed_by_another(tools: Tools) -> None:
    unit, old = await asked_for(tools)
    await CertificateRenewal.all().update(next_ask_at=NOW + renewals.AGAIN)

    assert await renewals.look_after(tools, FakeCa(issued(unit.uscc)), now=NOW) == 0
    after = NOW + renewals.AGAIN
    assert await renewals.look_after(tools, FakeCa(issued(unit.uscc)), now=after) == 1
    assert (await Certificate.get(id=old.id)).state is CertificateState.REPLACED


@pytest.mark.parametrize("says", [CaAnswer(CaState.PENDING), None])
async def test_after_three_working_days_without_an_answer_it_is_held_again(
    tools: Tools, says: CaAnswer | None
) -> None:
    _, old = await asked_for(tools)
    give_up = after_working_days(NOW, 3)

    early = await renewals.look_after(tools, FakeCa(says), now=give_up - timedelta(hours=1))
    late = await renewals.look_after(tools, FakeCa(says), now=give_up)

    assert (early, late) == (0, 1)
    row = await Certificate.get(id=old.id)
    assert row.state is CertificateState.HELD
    assert row.next_step_on is not None
    assert (await CertificateRenewal.get()).status is RenewalStatus.TIMED_OUT
    assert await topics() == ["certificate.renewal_failed"]


async def test_what_the_ca_refuses_says_why_and_can_be_asked_again(tools: Tools) -> None:
    unit, old = await asked_for(tools)

    await renewals.look_after(tools, FakeCa(CaAnswer(CaState.REFUSED, reason="未缴费")), now=NOW)

    view = await certificates.read_certificate(tools, unit.id, old.id, now=NOW)
    assert view.renewal is not None
    assert (view.renewal.status, view.renewal.reason) == (RenewalStatus.REFUSED, "未缴费")
    again = await renewals.ask(tools, of(unit), old.id, revision=view.row.revision, now=NOW)
    assert again.status is CertificateStatus.RENEWING


@pytest.mark.parametrize("wrong", ["other unit", "no longer", "no certificate"])
async def test_a_wrong_certificate_is_not_taken(tools: Tools, wrong: str) -> None:
    unit, old = await asked_for(tools)
    other = await a_unit()
    answer = {
        "other unit": issued(other.uscc),
        "no longer": issued(unit.uscc, days=15),
        "no certificate": CaAnswer(CaState.ISSUED, file=b"rubbish"),
    }[wrong]

    await renewals.look_after(tools, FakeCa(answer), now=NOW)

    assert await Certificate.all().count() == 1
    assert (await Certificate.get(id=old.id)).state is CertificateState.HELD
    assert (await CertificateRenewal.get()).reason == renewals.WRONG_ANSWER


async def test_a_cancelled_request_is_withdrawn_and_the_watch_goes_on(tools: Tools) -> None:
    unit, old = await asked_for(tools)

    view = await renewals.cancel(tools, of(unit), old.id, revision=2, now=NOW)
    silent, ca = FakeCa(None), FakeCa(issued(unit.uscc))
    await renewals.look_after(tools, silent, now=NOW)
    await renewals.look_after(tools, ca, now=NOW + renewals.AGAIN)

    assert view.status is CertificateStatus.EXPIRING
    assert len(ca.withdrawn) == 1
    assert (silent.asked, ca.asked) == ([], [])
    assert (await CertificateRenewal.get()).next_ask_at is None
    assert (await Certificate.get()).next_step_on is not None


async def test_one_lost_meanwhile_gets_its_successor_all_the_same(tools: Tools) -> None:
    unit, old = await asked_for(tools)
    await certificates.report_lost(tools, of(unit), old.id, revision=2, now=NOW)

    await renewals.look_after(tools, FakeCa(issued(unit.uscc)), now=NOW)

    assert (await Certificate.get(id=old.id)).state is CertificateState.REPLACED
    assert await Certificate.filter(source=CertificateSource.CA).count() == 1


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        (datetime.fromisoformat("2026-03-02T10:00+08:00"), "2026-03-05T10:00:00+08:00"),
        (datetime.fromisoformat("2026-03-05T10:00+08:00"), "2026-03-10T10:00:00+08:00"),
        (datetime.fromisoformat("2026-03-07T10:00+08:00"), "2026-03-11T10:00:00+08:00"),
    ],
)
def test_weekends_do_not_count(asked: datetime, ends: str) -> None:
    assert after_working_days(asked, 3).isoformat() == ends
