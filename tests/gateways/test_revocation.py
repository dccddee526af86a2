"""What CAs have revoked: lists and responders, believed only when the CA signed, else unknown."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from handlers.ports import Revocation, RevocationQuestion
from models.certificate_file import read_file
from models.trust import Issuer, Issuers
from server.gateways.outside import Outside
from server.gateways.revocation import Lists, read_list
from tests.authorities import Authority, Responder
from tests.gateways.conftest import Ctl, OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says
from tests.gateways.test_ca import a_request, at_the_sandbox
from tests.registered import NOW
from tests.sm2_vectors import CA, CRL

USCC = "91239900RLXDJ01N3N"
GOOD, REVOKED, UNKNOWN = Revocation.GOOD, Revocation.REVOKED, Revocation.UNKNOWN
HOLD = x509.ReasonFlags.certificate_hold
NewLists = Callable[..., Awaitable[Lists]]


@pytest.fixture
async def lists() -> AsyncIterator[NewLists]:
    """Makes what is tested, allowed to ask this machine."""
    opened: list[Outside] = []

    async def new(at: datetime = NOW) -> Lists:
        opened.append(await Outside(["127.0.0.1"], total_s=0.5).start())
        return Lists(opened[-1], lambda: at)

    yield new
    for each in opened:
        await each.stop()


def question(authority: Authority, serial: int = 0x51, **urls: str) -> RevocationQuestion:
    known = {"crl_url": "", "ocsp_url": ""} | urls
    return RevocationQuestion(authority.issuer, f"{serial:x}", **known)


@pytest.mark.parametrize(
    ("revoked", "said"),
    [
        ({}, GOOD),
        ({0x50: None}, GOOD),
        ({0x51: None}, REVOKED),
        ({0x51: x509.ReasonFlags.key_compromise}, REVOKED),
        ({0x51: HOLD}, UNKNOWN),
    ],
)
async def test_a_list_says_what_is_revoked(
    revoked: dict[int, x509.ReasonFlags | None], said: Revocation, lists: NewLists
) -> None:
    authority = Authority.new()
    async with Peer(lambda _: Answer(authority.list_of(revoked))) as peer:
        found = await (await lists()).look_up(question(authority, crl_url=peer.url))

    assert found is said


async def test_a_list_with_sm2_is_read_as_well(lists: NewLists) -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    async with Peer(lambda _: Answer(CRL)) as peer:
        asked = RevocationQuestion(Issuer.of(CA), "2399", peer.url, "")
        other = RevocationQuestion(Issuer.of(CA), "2398", peer.url, "")
        known = await lists(at)

        assert await known.look_up(asked) is REVOKED
        assert await known.look_up(other) is GOOD


async def test_one_list_is_fetched_once_for_every_certificate_of_a_ca(lists: NewLists) -> None:
    authority = Authority.new()
    async with Peer(lambda _: Answer(authority.list_of({0x52: None}))) as peer:
        known = await lists()
        answers = [
            await known.look_up(question(authority, serial, crl_url=peer.url))
            for serial in range(0x50, 0x60)
        ]

    assert answers.count(REVOKED) == 1
    assert len(peer.asked) == 1


def test_lists_of_another_ca_or_a_part_of_one_are_not_believed() -> None:
    authority, other = Authority.new(), Authority.new()

    assert _refused(authority, other.list_of({}))
    assert _refused(authority, authority.list_of({}, extension=x509.DeltaCRLIndicator(1)))
    assert _refused(authority, authority.list_of({}, extension=_only(ca_certs=True)))
    assert _refused(authority, authority.list_of({}, extension=_only(indirect=True)))
    assert not _refused(authority, authority.list_of({}, extension=_only()))


def _only(*, ca_certs: bool = False, indirect: bool = False) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier("http://crl.example.cn/")],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=ca_certs,
        only_some_reasons=None,
        indirect_crl=indirect,
        only_contains_attribute_certs=False,
    )


def _refused(authority: Authority, data: bytes) -> bool:
    try:
        read_list(authority.issuer, data)
    except ValueError:
        return True
    return False


async def test_a_list_out_of_date_still_names_the_revoked_but_clears_nobody(
    lists: NewLists,
) -> None:
    authority = Authority.new()
    old = authority.list_of({0x51: None}, lasts=timedelta(0))
    async with Peer(lambda _: Answer(old)) as peer:
        known = await lists()

        assert await known.look_up(question(authority, 0x51, crl_url=peer.url)) is REVOKED
        assert await known.look_up(question(authority, 0x50, crl_url=peer.url)) is UNKNOWN


@pytest.mark.parametrize(
    "says", [RESET, SILENCE, Answer(b"rubbish"), Answer(b""), Answer(status=500)]
)
async def test_no_list_means_unknown_and_is_not_asked_for_again_at_once(
    says: Says, lists: NewLists
) -> None:
    authority = Authority.new()
    async with Peer(lambda _: says) as peer:
        known = await lists()
        found = [await known.look_up(question(authority, crl_url=peer.url)) for _ in range(3)]

    assert found == [UNKNOWN] * 3
    assert len(peer.asked) == 1


@pytest.mark.parametrize("revoked", [True, False])
@pytest.mark.parametrize("delegated", [True, False])
async def test_a_responder_is_asked_where_there_is_no_list(
    revoked: bool, delegated: bool, lists: NewLists
) -> None:
    authority = Authority.new()
    serial = issued(authority)
    by = authority.responder() if delegated else None
    answer = authority.answer(serial, revoked=revoked, by=by)
    async with Peer(lambda _: Answer(answer)) as peer:
        found = await (await lists()).look_up(question(authority, serial, ocsp_url=peer.url))

    assert found is (REVOKED if revoked else GOOD)


def issued(authority: Authority) -> int:
    return x509.load_der_x509_certificate(authority.issue(USCC)).serial_number


def _foreign(authority: Authority, serial: int) -> bytes:
    other = Authority.new()
    other.issued = authority.issued
    return other.answer(serial, revoked=True)


def _other_use(authority: Authority, serial: int) -> bytes:
    return authority.answer(serial, revoked=True, by=authority.responder(for_ocsp=False))


def _self_made(authority: Authority, serial: int) -> bytes:
    stranger: Responder = Authority.new().responder()
    return authority.answer(serial, revoked=True, by=stranger)


def _stale(authority: Authority, serial: int) -> bytes:
    return authority.answer(serial, revoked=False, made_at=NOW - timedelta(days=2))


def _about_another(authority: Authority, _: int) -> bytes:
    return authority.answer(issued(authority), revoked=True)


@pytest.mark.parametrize("made", [_foreign, _other_use, _self_made, _stale, _about_another])
async def test_an_answer_that_the_ca_did_not_give_for_this_is_unknown(
    made: Callable[[Authority, int], bytes], lists: NewLists
) -> None:
    authority = Authority.new()
    serial = issued(authority)
    answer = made(authority, serial)
    async with Peer(lambda _: Answer(answer)) as peer:
        found = await (await lists()).look_up(question(authority, serial, ocsp_url=peer.url))

    assert found is UNKNOWN


@pytest.mark.parametrize("broken", [None, "ca.crl"])
async def test_the_sandbox_revokes_what_it_issued_by_list_and_by_responder(
    broken: str | None,
    ctl: Ctl,
    sandbox_url: str,
    open_transport: OpenTransport,
    lists: NewLists,
) -> None:
    ca = await at_the_sandbox(ctl, sandbox_url, open_transport)
    answer = await ca.renew(a_request("revoked", 15))
    outside = await Outside(["127.0.0.1"]).start()
    issuers = Issuers.of([await outside.fetch(f"{sandbox_url}/ca/certificate")])
    await outside.stop()
    reading = read_file(answer.file, "", issuers)
    signer = issuers.by_fingerprint(reading.trusted_by)
    assert signer is not None
    told_at = reading.told_at
    asked = RevocationQuestion(signer, reading.serial, told_at.crl_url, told_at.ocsp_url)
    if broken:
        await ctl("/faults", {"target": broken, "kind": "error", "errcode": "503"})

    before = await (await lists(datetime.now(UTC))).look_up(asked)
    await ctl("/ca/revoke", {"serial": reading.serial})
    after = await (await lists(datetime.now(UTC))).look_up(asked)

    assert (before, after) == (GOOD, REVOKED)
