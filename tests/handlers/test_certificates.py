"""Keeping a unit's certificates: read, refused, replaced, reported lost, removed."""

from datetime import timedelta

import pytest

from handlers import certificates
from handlers.certificate_reminders import remind_of_expiry
from handlers.certificate_rows import CertificateView
from handlers.certificates import SentFile, TypedDates
from handlers.tools import Tools
from models.actor import Actor
from models.certificate import Certificate, CertificateReminder
from models.errors.entry import Refusal
from models.unit import Unit
from models.vocabulary import CertificateStatus, Role
from tests.build import NOW, a_unit
from tests.certificate_files import a_der, a_pem, a_pfx
from tests.certificates import TODAY, a_certificate, owed_of


def of(unit: Unit) -> Actor:
    return Actor(person_id="p1", role=Role.CLERK, unit_id=unit.id)


async def add(
    tools: Tools, unit: Unit, data: bytes, *, name: str = "a.cer", replaces: str = ""
) -> CertificateView:
    file = SentFile(data, name)
    return await certificates.add_file(
        tools, of(unit), file, replaces=replaces, lists=None, now=NOW
    )


async def test_what_a_file_says_is_kept_and_its_subject_sealed(tools: Tools) -> None:
    unit = await a_unit()

    view = await add(tools, unit, a_der(unit.uscc, ends=NOW + timedelta(days=20)))

    assert view.status is CertificateStatus.EXPIRING
    assert view.days_left == 20
    assert view.row.uscc == unit.uscc
    assert "测试公司" in view.subject
    assert "测试公司".encode() not in bytes((await Certificate.get()).subject_sealed or b"")


async def test_the_same_file_again_is_the_same_certificate(tools: Tools) -> None:
    unit = await a_unit()
    first = await add(tools, unit, a_der(unit.uscc))

    again = await add(tools, unit, a_pem(unit.uscc))

    assert again.row.id == first.row.id
    assert await Certificate.all().count() == 1


async def test_a_certificate_of_another_unit_is_refused_and_not_kept(tools: Tools) -> None:
    unit, other = await a_unit(), await a_unit()

    with pytest.raises(Refusal) as refused:
        await add(tools, unit, a_der(other.uscc))

    assert refused.value.entry.code == "SB-6004"
    assert not await Certificate.exists()


@pytest.mark.parametrize("name", ["a.pfx", "A.P12", "b.key"])
async def test_a_file_with_the_name_of_a_key_is_not_read(tools: Tools, name: str) -> None:
    unit = await a_unit()

    with pytest.raises(Refusal) as refused:
        await add(tools, unit, a_der(unit.uscc), name=name)

    assert refused.value.entry.code == "SB-6003"


async def test_a_key_under_another_name_is_refused_too(tools: Tools) -> None:
    unit = await a_unit()

    with pytest.raises(Refusal) as refused:
        await add(tools, unit, a_pfx(unit.uscc), name="a.cer")

    assert refused.value.entry.code == "SB-6003"
    assert "私钥" in refused.value.errors[0].detail


async def test_reminders_stop_once_a_successor_is_uploaded(tools: Tools) -> None:
    unit = await a_unit()
    old = await a_certificate(unit, 3)

    new = await add(tools, unit, a_der(unit.uscc, ends=NOW + timedelta(days=368)), replaces=old.id)

    assert await remind_of_expiry(today=TODAY, now=NOW) == 0
    kept = await Certificate.get(id=old.id)
    assert (kept.state, kept.replaced_by) == ("replaced", new.row.id)
    assert [topic for topic, _, _ in await owed_of("certificate.")] == ["certificate.renewed"]


async def test_a_lost_certificate_is_told_of_at_once_and_no_longer_watched(tools: Tools) -> None:
    unit = await a_unit()
    row = await a_certificate(unit, 3)

    view = await certificates.report_lost(tools, of(unit), row.id, revision=1, now=NOW)

    assert view.status is CertificateStatus.LOST
    assert [topic for topic, _, _ in await owed_of("certificate.")] == ["certificate.lost"]
    assert await remind_of_expiry(today=TODAY, now=NOW) == 0


async def test_two_who_change_one_certificate_do_not_overwrite_each_other(tools: Tools) -> None:
    unit = await a_unit()
    row = await a_certificate(unit, 3)
    await certificates.report_lost(tools, of(unit), row.id, revision=1, now=NOW)

    with pytest.raises(Refusal) as refused:
        await certificates.report_lost(tools, of(unit), row.id, revision=1, now=NOW)

    assert refused.value.entry.code == "SB-5003"


async def test_typed_dates_are_watched_as_well(tools: Tools) -> None:
    unit = await a_unit()
    typed = TypedDates("U盾", NOW - timedelta(days=300), NOW + timedelta(days=15))

    await certificates.add_dates(tools, of(unit), typed, replaces="", now=NOW)

    assert await remind_of_expiry(today=TODAY, now=NOW) == 1


async def test_dates_in_the_wrong_order_are_refused(tools: Tools) -> None:
    unit = await a_unit()

    with pytest.raises(Refusal) as refused:
        await certificates.add_dates(
            tools, of(unit), TypedDates("U盾", NOW, NOW), replaces="", now=NOW
        )

    assert refused.value.errors[0].pointer == "/not_after"


async def test_another_units_certificate_is_neither_seen_nor_removed(tools: Tools) -> None:
    mine, other = await a_unit(), await a_unit()
    row = await a_certificate(other)

    with pytest.raises(Refusal):
        await certificates.remove(tools, of(mine), row.id, now=NOW)

    assert await certificates.list_certificates(tools, mine.id, after="", limit=9, now=NOW) == []
    assert await Certificate.exists(id=row.id)


async def test_a_removed_certificate_leaves_no_reminder_behind(tools: Tools) -> None:
    unit = await a_unit()
    row = await a_certificate(unit, 7)
    await remind_of_expiry(today=TODAY, now=NOW)

    await certificates.remove(tools, of(unit), row.id, now=NOW)

    assert not await Certificate.exists()
    assert not await CertificateReminder.exists()
