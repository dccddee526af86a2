"""Faults of every kind strike where and as often as they were told to."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from sandbox.credentials import WECHAT
from tests.sandbox.conftest import Line
from tests.sandbox.csb_client import CsbClient

TOKEN_REQUEST = {
    "grant_type": "client_credential",
    "appid": WECHAT.appid,
    "secret": WECHAT.secret,
}
STABLE = "/wechat/cgi-bin/stable_token"


async def _fault(line: Line, target: str, kind: str, **other: object) -> None:
    await line.post("/_ctl/faults", {"target": target, "kind": kind, **other})


async def test_an_error_strikes_as_often_as_counted(line: Line) -> None:
    await _fault(line, "wechat.token", "error", count=2)

    codes = [(await line.post(STABLE, TOKEN_REQUEST)).get("errcode") for _ in range(3)]

    assert codes == [-1, -1, None]


async def test_an_error_without_count_stays_until_cleared(line: Line) -> None:
    await _fault(line, "wechat.token", "error", errcode=40164)
    codes = [(await line.post(STABLE, TOKEN_REQUEST))["errcode"] for _ in range(3)]
    await line.session.delete(f"{line.url}/_ctl/faults?target=wechat.token")

    assert codes == [40164] * 3
    assert "access_token" in await line.post(STABLE, TOKEN_REQUEST)


async def test_a_fault_meets_its_target_and_what_is_below(line: Line) -> None:
    await _fault(line, "wechat", "error")

    assert (await line.redeem("x"))["errcode"] == -1
    assert (await line.post(STABLE, TOKEN_REQUEST))["errcode"] == -1
    assert await line.get("/registry/market", uscc="1") == {"result": "not_found"}


async def test_a_dead_token_is_really_dead(line: Line) -> None:
    token = await line.wechat_token()
    await _fault(line, "wechat.send", "token_invalid", count=1)
    send = "/wechat/cgi-bin/message/subscribe/send"

    first = await line.post(send, {}, access_token=token)
    second = await line.post(send, {}, access_token=token)

    assert (first["errcode"], second["errcode"]) == (40001, 40001)
    assert await line.wechat_token() != token


async def test_quotas_run_out(line: Line) -> None:
    await _fault(line, "wechat.code", "rate_limit", count=1, errcode=45011)
    await _fault(line, "wechat.code", "rate_limit", count=1)

    assert [(await line.redeem("x"))["errcode"] for _ in range(3)] == [45011, 45009, 40029]


async def test_a_slow_answer_is_the_true_one(line: Line) -> None:
    await _fault(line, "registry.market", "slow", delay_s=0.2)
    begun = time.monotonic()

    told = await line.get("/registry/market", uscc="1")

    assert told == {"result": "not_found"}
    assert time.monotonic() - begun >= 0.2


async def test_a_timeout_never_answers(line: Line) -> None:
    await _fault(line, "wechat.code", "timeout")
    url = f"{line.url}/wechat/sns/jscode2session"

    with pytest.raises(asyncio.TimeoutError):
        await line.session.get(url, timeout=aiohttp.ClientTimeout(total=0.2))


async def test_a_timeout_ends_with_the_line_cut(line: Line) -> None:
    await _fault(line, "wechat.code", "timeout", delay_s=0.1)
    url = f"{line.url}/wechat/sns/jscode2session"

    with pytest.raises(aiohttp.ClientConnectionError):
        await line.session.get(url)


async def test_a_reset_cuts_the_line_at_once(line: Line) -> None:
    await _fault(line, "wechat.token", "reset", count=1)

    with pytest.raises(aiohttp.ClientOSError):
        # A POST: the client would repeat a GET on a reused connection by itself.
        await line.session.post(line.url + STABLE, json=TOKEN_REQUEST)

    assert "access_token" in await line.post(STABLE, TOKEN_REQUEST)


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("GET", "/wechat/sns/jscode2session", "wechat.code"),
        ("POST", "/alipay/gateway.do", "alipay"),
        ("POST", "/ecard/CSB/", "ecard"),
        ("GET", "/registry/pension_public", "registry.pension_public"),
    ],
)
async def test_a_proxy_in_front_of_any_platform_can_fail(
    line: Line, method: str, path: str, target: str
) -> None:
    await _fault(line, target, "error", errcode=502, count=1)

    async with line.session.request(method, line.url + path) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


async def test_alipay_words_its_own_faults(line: Line) -> None:
    asked = {"method": "alipay.open.app.qrcode.create"}
    told: list[tuple[str, str]] = []
    for kind in ("error", "token_invalid", "rate_limit"):
        await _fault(line, "alipay.qrcode", kind, count=1)
        async with line.session.post(f"{line.url}/alipay/gateway.do", data=asked) as answer:
            body: Any = await answer.json(content_type="text/html")
        content = body["alipay_open_app_qrcode_create_response"]
        told.append((content["code"], content["sub_code"]))

    assert told == [
        ("20000", "aop.unknow-error"),
        ("20001", "aop.invalid-auth-token"),
        ("40005", "isp.call-limited"),
    ]


async def test_the_e_card_words_its_own_faults(line: Line) -> None:
    csb = CsbClient(line, (await line.get("/_ctl/credentials"))["ecard"])
    answers = []
    for fault in (
        {"kind": "error"},
        {"kind": "error", "errcode": "500103"},
        {"kind": "token_invalid"},
        {"kind": "rate_limit"},
    ):
        await line.post("/_ctl/faults", {"target": "ecard.auth", "count": 1, **fault})
        answers.append(await csb.call("auth_encrypt", signNo="x"))

    assert [one.get("msgCode", one.get("csbCode")) for one in answers] == [
        700,
        "500103",
        403,
        429,
    ]


async def test_chance_decides_the_same_way_for_the_same_seed(line: Line) -> None:
    async def drawn() -> list[object]:
        await line.post("/_ctl/reset", {"seed": 7})
        await _fault(line, "registry.market", "error", probability=0.5)
        told = [await line.get("/registry/market", uscc="1") for _ in range(20)]
        return [one["result"] for one in told]

    first, second = await drawn(), await drawn()

    assert first == second
    assert set(first) == {"error", "not_found"}
