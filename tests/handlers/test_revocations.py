"""Revoked certificates: refused when they come, found out by the clock, silence changes nothing."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from handlers import certificates, revocations
from handlers.certificate_reminders import remind_of_expiry
from handlers.certificate_rows import CertificateView
from handlers.certificates import SentFile
from handlers.ports import Revocation, RevocationQuestion
from handlers.tools import Tools
from models.actor import Actor
from models.certificate import Certificate
from models.errors.entry import Refusal
from models.trust import Issuers
from models.unit import Unit
from models.vocabulary import CertificateState, CertificateStatus, Role
from tests.authorities import Authority
from tests.build import NOW, a_unit
from tests.certificates import TODAY, a_certificate, owed_of

CRL = "http://crl.example.cn/1.crl"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(slots=True)
class FakeLists:
    """Answers as it is told, after as many turns of the loop as it is slow."""

    says: Revocation = Revocation.GOOD
    slow: int = 0
    asked: list[RevocationQuestion] = field(default_factory=list)

    async def look_up(self, asked: RevocationQuestion) -> Revocation:
        self.asked.append(asked)
        for _ in range(self.slow):
            await asyncio.sleep(0)
        return self.says


@pytest.fixture
def authority() -> Authority:
    """A CA that tells in what it issues where its list is."""
    return Authority.new(crl=CRL)


@pytest.fixture
def trusting(tools: Tools, authority: Authority) -> Tools:
    """Tools of an installation that recognises this CA and no other."""
    return replace(tools, issuers=Issuers.of([authority.certificate]))


def of(unit: Unit) -> Actor:
    return Actor(person_id="p1", role=Role.CLERK, unit_id=unit.id)


async def add(
    tools: Tools, unit: Unit, data: bytes, lists: FakeLists | None, *, replaces: str = ""
) -> CertificateView:
    file = SentFile(data)
    return await certificates.add_file(
        tools, of(unit), file, replaces=replaces, lists=lists, now=NOW
    )


async def a_watched(
    tools: Tools, authority: Authority, left: int = 200
) -> tuple[Unit, CertificateView]:
    """A kept certificate whose CA has just said that it is good."""
    unit = await a_unit()
    data = authority.issue(unit.uscc, ends=NOW + left * DAY)
    return unit, await add(tools, unit, data, FakeLists())


async def test_a_certificate_of_a_ca_that_is_not_recognised_is_refused(trusting: Tools) -> None:
    unit, lists = await a_unit(), FakeLists()

    with pytest.raises(Refusal) as refused:
        await add(trusting, unit, Authority.new(crl=CRL).issue(unit.uscc), lists)

    assert refused.value.entry.code == "SB-6003"
    assert "名单" in refused.value.errors[0].detail
    assert lists.asked == []


async def test_without_a_list_of_cas_nothing_is_asked(tools: Tools, authority: Authority) -> None:
    unit, lists = await a_unit(), FakeLists()

    view = await add(tools, unit, authority.issue(unit.uscc), lists)

    assert (view.row.trusted_by, view.row.check_at, lists.asked) == ("", None, [])


async def test_a_revoked_one_is_refused_and_not_kept(trusting: Tools, authority: Authority) -> None:
    unit = await a_unit()

    with pytest.raises(Refusal) as refused:
        await add(trusting, unit, authority.issue(unit.uscc), FakeLists(Revocation.REVOKED))

    assert refused.value.entry.code == "SB-6005"
    assert not await Certificate.exists()


@pytest.mark.parametrize(
    ("says", "again", "clean"),
    [(Revocation.GOOD, DAY, NOW), (Revocation.UNKNOWN, HOUR, None)],
)
async def test_silence_is_no_refusal_and_only_brings_the_next_question_forward(
    says: Revocation, again: timedelta, clean: object, trusting: Tools, authority: Authority
) -> None:
    unit = await a_unit()

    view = await add(trusting, unit, authority.issue(unit.uscc), FakeLists(says))

    assert view.status is CertificateStatus.ACTIVE
    assert (view.row.check_at, view.row.clean_at) == (NOW + again, clean)


async def test_the_question_names_the_ca_the_number_and_the_address(
    trusting: Tools, authority: Authority
) -> None:
    unit, lists = await a_unit(), FakeLists()

    view = await add(trusting, unit, authority.issue(unit.uscc), lists)

    asked = RevocationQuestion(authority.issuer, view.row.serial, CRL, "")
    assert lists.asked == [asked]


async def test_what_is_revoked_later_is_found_told_of_once_and_reminded_of_no_more(
    trusting: Tools, authority: Authority
) -> None:
    _, view = await a_watched(trusting, authority, left=15)
    lists = FakeLists(Revocation.REVOKED)

    found = [await revocations.look_after(trusting, lists, now=NOW + DAY) for _ in range(2)]

    assert found == [1, 0]
    kept = await Certificate.get(id=view.row.id)
    assert kept.state is CertificateState.REVOKED
    assert [topic for topic, _, _ in await owed_of("certificate.")] == ["certificate.revoked"]
    assert await remind_of_expiry(today=TODAY + timedelta(days=14), now=NOW) == 0


async def test_it_is_not_asked_about_before_its_time(trusting: Tools, authority: Authority) -> None:
    await a_watched(trusting, authority)
    lists = FakeLists()

    await revocations.look_after(trusting, lists, now=NOW + DAY - timedelta(seconds=1))

    assert lists.asked == []


@pytest.mark.parametrize(("says", "again"), [(Revocation.GOOD, DAY), (Revocation.UNKNOWN, HOUR)])
async def test_every_answer_sets_the_time_of_the_next_question(
    says: Revocation, again: timedelta, trusting: Tools, authority: Authority
) -> None:
    _, view = await a_watched(trusting, authority)

    await revocations.look_after(trusting, FakeLists(says), now=NOW + DAY)

    assert (await Certificate.get(id=view.row.id)).check_at == NOW + DAY + again


async def test_clocks_that_run_at_once_ask_and_tell_once(
    trusting: Tools, authority: Authority
) -> None:
    for _ in range(5):
        await a_watched(trusting, authority)
    lists = FakeLists(Revocation.REVOKED, slow=3)

    found = await asyncio.gather(
        *(revocations.look_after(trusting, lists, now=NOW + DAY) for _ in range(4))
    )

    assert (sum(found), len(lists.asked)) == (5, 5)
    assert len(await owed_of("certificate.revoked")) == 5


@pytest.mark.parametrize("state", [CertificateState.LOST, CertificateState.REPLACED])
async def test_one_that_is_used_no_more_is_not_asked_about_again(
    state: CertificateState, trusting: Tools, authority: Authority
) -> None:
    _, view = await a_watched(trusting, authority)
    await Certificate.filter(id=view.row.id).update(state=state)
    lists = FakeLists(Revocation.REVOKED)

    await revocations.look_after(trusting, lists, now=NOW + DAY)

    kept = await Certificate.get(id=view.row.id)
    assert (lists.asked, kept.check_at, kept.state) == ([], None, state)


async def test_a_ca_that_is_recognised_no_more_is_not_asked(
    tools: Tools, trusting: Tools, authority: Authority
) -> None:
    await a_watched(trusting, authority)
    lists = FakeLists(Revocation.REVOKED)

    assert await revocations.look_after(tools, lists, now=NOW + DAY) == 0
    assert lists.asked == []


async def test_an_expired_one_does_not_take_the_place_of_another(
    trusting: Tools, authority: Authority
) -> None:
    unit = await a_unit()
    old = await a_certificate(unit, 3)
    data = authority.issue(unit.uscc, ends=NOW - DAY)

    with pytest.raises(Refusal) as refused:
        await add(trusting, unit, data, FakeLists(), replaces=old.id)

    assert refused.value.entry.code == "SB-6001"
    assert (await Certificate.get(id=old.id)).state is CertificateState.HELD
