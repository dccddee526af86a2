"""The Alipay gateway against a peer that signs, or fails to, as platforms §3.1 says."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from models.errors.entry import Refusal
from models.errors.login import PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE
from models.vocabulary import Platform
from server.gateways.accounts import AlipayAccount, AlipayCertificates
from server.gateways.alipay import Alipay
from server.gateways.alipay_sign import (
    certificate_number,
    signing_text,
    verified,
)
from server.gateways.transport import TransportFault
from tests.gateways.conftest import OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says
from tests.gateways.papers import certificate_pem, key_pem, new_key, public_pem

APPID = "2399000000000001"
OURS, THEIRS, STRANGER = new_key(), new_key(), new_key()
NOW = datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
AES_KEY = base64.b64encode(bytes(range(16))).decode()
OAUTH = "alipay_system_oauth_token_response"
PERSON = '{"open_id":"op-1","union_id":"un-1","user_id":"2088","access_token":"t"}'
FAILED = '{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.code-invalid"}'


Open = Callable[..., Awaitable[Alipay]]


def _signature(text: str, key: RSAPrivateKey = THEIRS) -> str:
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def _signed(name: str, text: str, *, more: str = "", signature: str | None = None) -> Answer:
    sign_text = _signature(text) if signature is None else signature
    return Answer(f'{{"{name}":{text}{more},"sign":"{sign_text}"}}'.encode())


@pytest.fixture
def open_alipay(open_transport: OpenTransport) -> Open:
    async def open_one(peer: Peer, **more: Any) -> Alipay:
        url = f"{peer.url}/gateway.do"
        keys = {"public_key": public_pem(THEIRS), "aes_key": AES_KEY, **more}
        account = AlipayAccount(url, APPID, key_pem(OURS), **keys)
        return Alipay(account, await open_transport(url, total_s=1.5), lambda: NOW)

    return open_one


async def _refused(asked: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value


async def test_signing_in_sends_a_signed_form_in_beijing_time(open_alipay: Open) -> None:
    async with Peer(lambda _: _signed(OAUTH, PERSON)) as peer:
        account = await (await open_alipay(peer)).sign_in("code-1")

        assert (account.platform, account.kind, account.subject) == (
            Platform.ALIPAY,
            "open_id",
            "op-1",
        )
        assert (account.appid, account.unionid) == (APPID, "un-1")
        form = peer.asked[0].form()
        assert form["timestamp"] == "2026-07-02 02:30:00"
        assert (form["method"], form["code"]) == ("alipay.system.oauth.token", "code-1")
        assert verified(signing_text(form), form["sign"], OURS.public_key())


async def test_an_older_app_is_known_by_user_id(open_alipay: Open) -> None:
    async with Peer(lambda _: _signed(OAUTH, '{"user_id":"2088239900"}')) as peer:
        account = await (await open_alipay(peer)).sign_in("code-1")

    assert (account.kind, account.subject, account.unionid) == ("user_id", "2088239900", None)


@pytest.mark.parametrize("signed", [True, False])
async def test_a_spent_code_is_refused_whether_or_not_the_error_is_signed(
    signed: bool, open_alipay: Open
) -> None:
    answer = _signed("error_response", FAILED, signature=None if signed else "")
    async with Peer(lambda _: answer) as peer:
        refusal = await _refused((await open_alipay(peer)).sign_in("spent"))

    assert refusal.entry is PLATFORM_CODE_INVALID


async def test_real_error_bodies_are_read(vectors: dict[str, Any], open_alipay: Open) -> None:
    body = vectors["alipay"]["error_bodies"]["items"][0]
    async with Peer(lambda _: Answer.of_json(body)) as peer:
        refusal = await _refused((await open_alipay(peer)).sign_in("spent"))

    assert refusal.entry is PLATFORM_CODE_INVALID


EVIL = '{"open_id":"op-evil"}'


@pytest.mark.parametrize(
    "says",
    [
        _signed(OAUTH, PERSON, signature=""),
        _signed(OAUTH, PERSON, signature=_signature(EVIL)),
        _signed(OAUTH, PERSON, signature=_signature(PERSON, STRANGER)),
        _signed(OAUTH, PERSON, signature="!!"),
        Answer(f'{{"{OAUTH}":{PERSON}}}'.encode()),
        Answer(f'{{"{OAUTH}":{PERSON},"sign":null}}'.encode()),
        Answer(f'{{"{OAUTH}":{PERSON},"sign":7}}'.encode()),
        # The duplicate-key trick: one is signed, the other one is read.
        Answer(f'{{"{OAUTH}":{EVIL},"{OAUTH}":{PERSON},"sign":"{_signature(PERSON)}"}}'.encode()),
        Answer(f'{{"{OAUTH}":{PERSON},"{OAUTH}":{EVIL},"sign":"{_signature(PERSON)}"}}'.encode()),
        _signed(OAUTH, '{"open_id":"op-1","open_id":"op-evil"}'),
        _signed("error_response", FAILED, more=f',"{OAUTH}":{PERSON}'),
        _signed(OAUTH, PERSON, more=',"error_response":{"code":"40002"}'),
        _signed("alipay_user_info_share_response", PERSON),
        _signed(OAUTH, '"text"'),
        _signed(OAUTH, "{}"),
        _signed(OAUTH, '{"open_id":"","user_id":null}'),
        _signed("error_response", "{}", signature=""),
        _signed("error_response", '{"code":"10000","open_id":"x"}', signature=""),
        _signed("error_response", '{"code":"20000","sub_code":"isp.unknow-error"}'),
        _signed("error_response", '{"code":"40002","sub_code":"isv.invalid-signature"}'),
        Answer(b"<html>busy</html>", content_type="text/html"),
        Answer(b""),
        Answer(b"\xff\xfe"),
        Answer(status=502),
        RESET,
        SILENCE,
    ],
)
async def test_nobody_is_signed_in_by_what_alipay_did_not_sign(
    says: Says, open_alipay: Open
) -> None:
    async with Peer(lambda _: says) as peer:
        refusal = await _refused((await open_alipay(peer)).sign_in("code-1"))

        assert refusal.entry is PLATFORM_UNAVAILABLE
        assert refusal.title == "支付宝服务暂不可用,请稍后再试!"
        assert len(peer.asked) == 1


@pytest.mark.parametrize("code", ["", "a b", "é", "x" * 257])
async def test_a_code_that_cannot_be_one_never_leaves(code: str, open_alipay: Open) -> None:
    async with Peer(lambda _: _signed(OAUTH, PERSON)) as peer:
        refusal = await _refused((await open_alipay(peer)).sign_in(code))

        assert refusal.entry is PLATFORM_CODE_INVALID
        assert peer.asked == []


async def test_an_unsigned_failure_tells_its_codes_and_no_data(open_alipay: Open) -> None:
    name = "alipay_open_app_mini_templatemessage_send_response"
    text = '{"code":"40004","sub_code":"USER_TEMPLATE_ILLEGAL","sub_msg":"模板非法","x":1}'
    biz = {"biz_content": json.dumps({"data": "中文"}, ensure_ascii=False)}
    method = "alipay.open.app.mini.templatemessage.send"
    says = [
        _signed(name, text, signature=""),
        _signed(name, text),
        _signed(name, '{"code":"10000"}'),
    ]
    async with Peer(lambda _: says.pop(0)) as peer:
        alipay = await open_alipay(peer)
        unsigned, signed, good = [await alipay.call(method, biz) for _ in range(3)]

        assert (unsigned.ok, unsigned.sub_code, dict(unsigned.fields)) == (
            False,
            "USER_TEMPLATE_ILLEGAL",
            {},
        )
        assert (signed.ok, signed.fields["x"]) == (False, 1)
        assert good.ok
        assert peer.asked[0].form()["biz_content"] == '{"data": "中文"}'


async def test_an_unsigned_success_is_no_answer_at_all(open_alipay: Open) -> None:
    answer = _signed("alipay_open_app_qrcode_create_response", '{"code":"10000"}', signature="")
    async with Peer(lambda _: answer) as peer:
        with pytest.raises(TransportFault) as caught:
            await (await open_alipay(peer)).call("alipay.open.app.qrcode.create", {})

    assert caught.value.kind == "malformed"


async def test_an_outage_is_a_fault_for_callers_that_want_to_know(open_alipay: Open) -> None:
    async with Peer(lambda _: SILENCE) as peer:
        with pytest.raises(TransportFault) as caught:
            await (await open_alipay(peer)).call("alipay.open.app.qrcode.create", {})

    assert (caught.value.kind, caught.value.sent) == ("timeout", True)


async def test_certificate_mode_names_its_certificates_and_checks_theirs(
    open_alipay: Open,
) -> None:
    app, alipay, root = (certificate_pem(k, "n") for k in (OURS, THEIRS, STRANGER))
    papers = AlipayCertificates(app, alipay, root)
    number = certificate_number(alipay)
    says = [
        _signed(OAUTH, PERSON, more=f',"alipay_cert_sn":"{number}"'),
        _signed(OAUTH, PERSON, more=',"alipay_cert_sn":"another"'),
    ]
    async with Peer(lambda _: says.pop(0)) as peer:
        gateway = await open_alipay(peer, public_key=None, certificates=papers)
        account = await gateway.sign_in("code-1")
        refusal = await _refused(gateway.sign_in("code-2"))

        assert account.subject == "op-1"
        assert refusal.entry is PLATFORM_UNAVAILABLE
        form = peer.asked[0].form()
        assert form["app_cert_sn"] == certificate_number(app)
        assert form["alipay_root_cert_sn"] == certificate_number(root)


async def test_an_account_without_alipays_key_is_unusable(open_alipay: Open) -> None:
    async with Peer(lambda _: RESET) as peer:
        with pytest.raises(ValueError, match="public key"):
            await open_alipay(peer, public_key=None)
