"""The CA: against the sandbox, which really issues, and against peers that answer rubbish."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.ports import CaState, RenewalRequest
from models.certificate_file import read_file
from models.errors.certificate import CA_UNAVAILABLE
from models.errors.entry import Refusal
from server.gateways.accounts import CaAccount
from server.gateways.ca import Ca
from tests.gateways.conftest import Ctl, OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says

USCC = "91239900RLXDJ01N3N"
YEAR = timedelta(days=365)


def now() -> datetime:
    return datetime.now(UTC)


def a_request(number: str, left: int) -> RenewalRequest:
    ends = now() + timedelta(days=left)
    return RenewalRequest(number, USCC, "测试公司", "测试机构", "2a00ff", ends)


async def at_the_sandbox(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport, **other: str
) -> Ca:
    keys = (await ctl("/credentials"))["ca"] | other
    account = CaAccount(f"{sandbox_url}/ca", keys["key"], keys["secret"])
    return Ca(account, await open_transport(account.base_url), now)


@pytest.mark.parametrize("left", [90, 1, -365])
async def test_what_the_sandbox_issues_is_the_units_and_loses_no_day(
    left: int, ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    ca = await at_the_sandbox(ctl, sandbox_url, open_transport)
    request = a_request(f"r{left}", left)

    answer, again = [await ca.renew(request) for _ in range(2)]

    reading = read_file(answer.file)
    assert reading.usccs == (USCC,)
    wanted = max(request.not_after, now()) + YEAR
    assert abs(reading.not_after - wanted) < timedelta(minutes=1)
    assert again.file == answer.file


@pytest.mark.parametrize("left", [95, -370])
async def test_too_early_and_too_late_are_refused_with_a_reason(
    left: int, ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    ca = await at_the_sandbox(ctl, sandbox_url, open_transport)

    answer = await ca.renew(a_request(f"r{left}", left))

    assert answer.state is CaState.REFUSED
    assert answer.reason


async def test_a_request_under_way_can_be_withdrawn(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    ca = await at_the_sandbox(ctl, sandbox_url, open_transport)
    await ctl("/settings", {"ca_takes_s": 3600})
    pending = await ca.renew(a_request("slow", 15))

    await ca.withdraw("slow")
    await ctl("/settings", {"ca_takes_s": 0})

    assert pending.state is CaState.PENDING
    assert (await ca.renew(a_request("slow", 15))).state is CaState.REFUSED


async def test_a_wrong_secret_gets_nothing(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    ca = await at_the_sandbox(ctl, sandbox_url, open_transport, secret="x")

    with pytest.raises(Refusal) as refused:
        await ca.renew(a_request("w", 15))

    assert refused.value.entry is CA_UNAVAILABLE


@pytest.mark.parametrize(
    "says",
    [
        Answer.of_json({"state": "done"}),
        Answer.of_json({"state": "issued"}),
        Answer.of_json({"state": "issued", "certificate": "%%"}),
        Answer.of_json([]),
        Answer(b""),
        Answer(status=503),
        RESET,
        SILENCE,
    ],
)
async def test_whatever_is_no_answer_is_unavailable(
    says: Says, open_transport: OpenTransport
) -> None:
    async with Peer(lambda _: says) as peer:
        account = CaAccount(peer.url, "k", "s")
        ca = Ca(account, await open_transport(peer.url, total_s=1.5), now)

        with pytest.raises(Refusal) as refused:
            await ca.renew(a_request("r", 15))

    assert refused.value.entry is CA_UNAVAILABLE
