"""Control of the sandbox: who may, and what is remembered, counted and forgotten."""

import socket

import aiohttp
import pytest

from sandbox.control.guard import is_loopback
from sandbox.options import Options
from sandbox.serving import running
from tests.sandbox.conftest import NOBODY, Line


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.5", False),
        ("::ffff:10.0.0.5", False),
        ("", False),
    ],
)
def test_only_loopback_addresses_are_ours(address: str, is_ours: bool) -> None:
    assert is_loopback(address) is is_ours


def _own_address() -> str:
    """An address of this machine that is not loopback, empty when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        address = str(probe.getsockname()[0])
    return "" if is_loopback(address) else address


async def test_another_machine_may_use_the_platforms_but_not_control_them() -> None:
    address = _own_address()
    if not address:
        pytest.skip("this machine has no address but loopback")
    async with (
        running(Options(host="0.0.0.0", port=0, product=NOBODY)) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        base = f"http://{address}:{sandbox.port}"
        control = await session.get(f"{base}/_ctl/state")
        reset = await session.post(f"{base}/_ctl/reset")
        platform = await session.get(f"{base}/wechat/sns/jscode2session")

        assert (control.status, reset.status, platform.status) == (403, 403, 200)


async def test_a_page_of_another_site_may_not_control(line: Line) -> None:
    async def status(origin: str) -> int:
        headers = {"Origin": origin}
        async with line.session.post(f"{line.url}/_ctl/reset", headers=headers) as answer:
            return answer.status

    assert await status("https://elsewhere.example") == 403
    assert await status(line.url) == 200


async def test_the_same_seed_gives_the_same_codes(line: Line) -> None:
    async def code() -> str:
        return str((await line.post("/_ctl/wechat/users", {"openid": "oAbc"}))["code"])

    first = await code()
    assert await code() != first
    await line.post("/_ctl/reset", {"seed": 1})
    assert await code() == first
    await line.post("/_ctl/reset", {"seed": 2})
    assert await code() != first


async def test_a_reset_forgets_everything_but_keys(line: Line) -> None:
    keys = await line.get("/_ctl/credentials")
    await line.post(
        "/_ctl/personas", [{"key": "p1", "name": "张某", "id_no": "239900196905180577"}]
    )
    await line.post("/_ctl/clock", {"offset_s": 100})
    await line.post("/_ctl/faults", {"target": "wechat", "kind": "error"})
    await line.post("/_ctl/settings", {"push_mode": "plain"})

    await line.post("/_ctl/reset")

    state = await line.get("/_ctl/state")
    assert (state["faults"], state["offset_s"], state["calls"]) == ([], 0, {})
    assert state["settings"]["push_mode"] == "safe"
    assert await line.get("/_ctl/personas") == {"items": []}
    assert await line.get("/_ctl/credentials") == keys


async def test_calls_are_counted_by_target(line: Line) -> None:
    await line.redeem("x")
    await line.redeem("x")
    await line.wechat_token()

    state = await line.get("/_ctl/state")

    assert state["calls"] == {"wechat.code": 2, "wechat.token": 1}


async def test_personas_are_kept_with_their_usual_values(line: Line) -> None:
    listed = [{"key": "P1", "name": "张某", "id_no": "239900196905180577", "note": "单位法人"}]

    await line.post("/_ctl/personas", listed)

    assert await line.get("/_ctl/personas") == {
        "items": [{**listed[0], "id_type": "01", "card_state": "ok"}]
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_ctl/wechat/users", {}),
        ("/_ctl/ecard/people", {"name": "张某", "id_no": "1", "card_state": "fine"}),
        ("/_ctl/ecard/scan", {"qr_code": "x", "essc_no": "nobody"}),
        ("/_ctl/faults", {"target": "wechat", "kind": "meltdown"}),
        ("/_ctl/faults", {"target": "wechat", "kind": "error", "probability": 2}),
        ("/_ctl/settings", {"push_mode": "loud"}),
        ("/_ctl/settings", {"unknown": 1}),
        ("/_ctl/registry", {"source": "tax"}),
        ("/_ctl/personas", {"a": 1}),
        ("/_ctl/clock", {"offset_s": "soon"}),
        ("/_ctl/reset", [1]),
    ],
)
async def test_a_faulty_order_is_named(line: Line, path: str, body: object) -> None:
    async with line.session.post(line.url + path, json=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["message"]
