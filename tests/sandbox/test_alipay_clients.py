"""python-alipay-sdk, unmodified but for its gateway's address, as an outside judge."""

import asyncio
import json
from typing import Any

import pytest
from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayException

from sandbox.credentials import ALIPAY_APPID
from tests.sandbox.conftest import Line

OAUTH = "alipay.system.oauth.token"
SEND = "alipay.open.app.mini.templatemessage.send"
MESSAGE = {
    "to_open_id": "aAbc",
    "user_template_id": "OTUwMmY4NTQ1",
    "page": "pages/home",
    "data": json.dumps({"keyword1": {"value": "审核通过"}}),
}

pytestmark = [
    pytest.mark.usefixtures("beijing"),
    # The library reads certificates in a way that pyOpenSSL wants to retire.
    pytest.mark.filterwarnings("ignore:.*cryptography's X.509 APIs:DeprecationWarning"),
]


async def _keys(line: Line) -> dict[str, str]:
    credentials = await line.get("/_ctl/credentials")
    keys: dict[str, str] = credentials["alipay"]
    return keys


async def _by_key(line: Line) -> Any:
    keys = await _keys(line)
    client = AliPay(
        appid=ALIPAY_APPID,
        app_private_key_string=keys["app_private_key"],
        alipay_public_key_string=keys["alipay_public_key"],
    )
    client._gateway = f"{line.url}/alipay/gateway.do"
    return client


async def _by_certificate(line: Line) -> Any:
    keys = await _keys(line)
    client = DCAliPay(
        appid=ALIPAY_APPID,
        app_private_key_string=keys["app_private_key"],
        app_public_key_cert_string=keys["app_cert"],
        alipay_public_key_cert_string=keys["alipay_cert"],
        alipay_root_cert_string=keys["alipay_root_cert"],
    )
    client._gateway = f"{line.url}/alipay/gateway.do"
    return client


async def _code(line: Line) -> str:
    return str((await line.post("/_ctl/alipay/users", {"openid": "aAbc"}))["code"])


async def _ask(client: Any, method: str, content: object = None, **params: str) -> Any:
    return await asyncio.to_thread(client.server_api, method, content, **params)


@pytest.mark.parametrize("make", [_by_key, _by_certificate])
async def test_the_sdk_signs_a_user_in_once(line: Line, make: Any) -> None:
    client, code = await make(line), await _code(line)

    told = await _ask(client, OAUTH, grant_type="authorization_code", code=code)
    with pytest.raises(AliPayException, match=r"isv\.code-invalid"):
        await _ask(client, OAUTH, grant_type="authorization_code", code=code)

    assert told["open_id"] == "aAbc"
    assert "code" not in told
    assert "user_id" not in told


@pytest.mark.parametrize("make", [_by_key, _by_certificate])
async def test_the_sdk_sends_a_template_message(line: Line, make: Any) -> None:
    client = await make(line)
    await _code(line)

    good = await _ask(client, SEND, MESSAGE)
    bad = await _ask(client, SEND, {**MESSAGE, "user_template_id": "x"})

    assert good["code"] == "10000"
    assert (bad["code"], bad["sub_code"], bad["sub_msg"]) == (
        "40004",
        "USER_TEMPLATE_ILLEGAL",
        "模板非法",
    )
    sent = (await line.get("/_ctl/alipay/sent", openid="aAbc"))["items"]
    assert [message["data"] for message in sent] == [{"keyword1": {"value": "审核通过"}}]


async def test_a_refresh_token_works_once(line: Line) -> None:
    client = await _by_key(line)
    first = await _ask(client, OAUTH, grant_type="authorization_code", code=await _code(line))
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}

    second = await _ask(client, OAUTH, **refresh)
    with pytest.raises(AliPayException, match=r"isv\.refresh-token-invalid"):
        await _ask(client, OAUTH, **refresh)

    assert second["access_token"] != first["access_token"]


async def test_an_older_app_gets_the_user_id(line: Line) -> None:
    await line.post("/_ctl/settings", {"open_id_only": False})
    client = await _by_key(line)

    told = await _ask(client, OAUTH, grant_type="authorization_code", code=await _code(line))

    assert told["user_id"].startswith("2088")
    assert "open_id" not in told


async def test_a_users_details_are_behind_the_access_token(line: Line) -> None:
    client = await _by_key(line)
    method = "alipay.user.info.share"
    told = await _ask(client, OAUTH, grant_type="authorization_code", code=await _code(line))

    known = await _ask(client, method, auth_token=told["access_token"])
    unknown = await _ask(client, method, auth_token="made-up")
    await line.post("/_ctl/clock", {"offset_s": 0})

    assert known["open_id"] == "aAbc"
    assert (unknown["code"], unknown["sub_code"]) == ("20001", "aop.invalid-auth-token")


async def test_a_mini_program_code_needs_its_three_parameters(line: Line) -> None:
    client = await _by_key(line)
    content = {"url_param": "pages/login", "query_param": "c=1", "describe": "登录"}
    method = "alipay.open.app.qrcode.create"

    good = await _ask(client, method, content)
    bad = await _ask(client, method, {"url_param": "pages/login"})

    assert good["qr_code_url"].startswith("https://")
    assert bad["sub_code"] == "isv.invalid-parameter"


async def test_a_clock_that_is_off_is_refused(line: Line) -> None:
    client = await _by_key(line)
    await line.post("/_ctl/clock", {"offset_s": 601})

    with pytest.raises(AliPayException, match=r"isv\.invalid-timestamp"):
        await _ask(client, OAUTH, grant_type="authorization_code", code="x")


async def test_an_unknown_method_is_refused_under_a_signature(line: Line) -> None:
    client = await _by_key(line)

    told = await _ask(client, "alipay.trade.query", {})

    assert (told["code"], told["sub_code"]) == ("40002", "isv.invalid-method")
