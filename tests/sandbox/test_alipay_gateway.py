"""Alipay's gateway where no client library looks: raw texts, unsigned errors, wrong signatures."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox.alipay.signing import is_signed, sign, signed_text
from sandbox.clock import BEIJING
from sandbox.credentials import ALIPAY_APPID
from tests.sandbox.conftest import Line

OAUTH = "alipay.system.oauth.token"


async def _signed(line: Line, **params: str) -> dict[str, str]:
    keys = (await line.get("/_ctl/credentials"))["alipay"]
    common = {
        "app_id": ALIPAY_APPID,
        "method": OAUTH,
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
    }
    asked = {**common, **params}
    private: Any = load_pem_private_key(keys["app_private_key"].encode(), None)
    return {"sign": sign(signed_text(asked), private), **asked}


async def _raw(line: Line, params: dict[str, str]) -> str:
    async with line.session.post(f"{line.url}/alipay/gateway.do", data=params) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        return await answer.text()


async def test_the_signature_covers_the_raw_text_of_the_answer(line: Line) -> None:
    keys = (await line.get("/_ctl/credentials"))["alipay"]
    code = (await line.post("/_ctl/alipay/users", {"openid": "aAbc"}))["code"]

    text = await _raw(line, await _signed(line, grant_type="authorization_code", code=code))

    parts = re.fullmatch(r'\{"alipay_system_oauth_token_response":(\{.*\}),"sign":"(.+)"\}', text)
    public: Any = load_pem_public_key(keys["alipay_public_key"].encode())
    assert parts is not None
    assert is_signed(parts[1], parts[2], public)


async def test_a_token_failure_is_an_unsigned_error_response(
    line: Line, vectors: dict[str, Any]
) -> None:
    text = await _raw(line, await _signed(line, grant_type="authorization_code", code="x"))

    real = vectors["alipay"]["error_bodies"]["items"][0]["error_response"]
    assert json.loads(text) == {"error_response": real, "sign": ""}


async def test_certificate_mode_names_the_certificate_that_signed(line: Line) -> None:
    wrong = await _raw(line, await _signed(line, app_cert_sn="0" * 32, grant_type="x"))

    told = json.loads(wrong)
    assert told["error_response"]["sub_code"] == "isv.app-cert-not-exist"
    assert re.fullmatch(r"[0-9a-f]{32}", told["alipay_cert_sn"])


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"sign": "AAAA"}, "isv.invalid-signature"),
        ({"code": "changed"}, "isv.invalid-signature"),
        ({"sign": ""}, "isv.missing-signature"),
        ({"app_id": "2399000000000002"}, "isv.invalid-app-id"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"timestamp": "2026/01/01"}, "isv.invalid-timestamp"),
        ({"timestamp": ""}, "isv.missing-timestamp"),
        ({"app_cert_sn": "", "alipay_root_cert_sn": "x"}, "isv.missing-app-cert-sn"),
        ({"method": ""}, "isv.missing-method"),
    ],
)
async def test_a_request_that_was_tampered_with_is_refused(
    line: Line, change: dict[str, str], sub_code: str
) -> None:
    params = await _signed(line, grant_type="authorization_code", code="x")

    told = json.loads(await _raw(line, {**params, **change}))

    assert told["error_response"]["sub_code"] == sub_code


async def test_an_unknown_app_gets_no_signature(line: Line) -> None:
    params = await _signed(line, method="alipay.user.info.share", app_id="2399000000000002")

    told = json.loads(await _raw(line, params))

    assert told["alipay_user_info_share_response"]["sub_code"] == "isv.invalid-app-id"
    assert "sign" not in told


async def test_a_code_of_another_app_is_refused(line: Line) -> None:
    body = {"openid": "aAbc", "appid": "2399000000000002"}
    code = (await line.post("/_ctl/alipay/users", body))["code"]

    text = await _raw(line, await _signed(line, grant_type="authorization_code", code=code))

    assert "isv.code-invalid" in text
