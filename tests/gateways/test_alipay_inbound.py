"""What Alipay, or a phone in its name, hands us: notifications and phone numbers."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from server.gateways.accounts import AlipayAccount
from server.gateways.alipay import Alipay
from server.gateways.alipay_sign import (
    AnswerRefused,
    seal_content,
    sign,
)
from server.gateways.transport import Transport
from tests.gateways.papers import key_pem, new_key, public_pem

APPID = "2399000000000001"
NOW = datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
AES_KEY = base64.b64encode(bytes(range(16))).decode()
OURS, THEIRS = new_key(), new_key()


def _signature(text: str, key: RSAPrivateKey = THEIRS) -> str:
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def _gateway() -> Alipay:
    """The gateway with a transport that is never opened: nothing here goes out."""
    url = "http://127.0.0.1:1/gateway.do"
    account = AlipayAccount(url, APPID, key_pem(OURS), public_pem(THEIRS), aes_key=AES_KEY)
    transport = Transport(url, total_s=1, connect_s=1, allow_hosts={"127.0.0.1"})
    return Alipay(account, transport, lambda: NOW)


def test_a_notification_is_believed_when_signed_and_ours() -> None:
    gateway = _gateway()
    good = {"app_id": APPID, "sign_type": "RSA2", "msg_method": "m"}
    other = {**good, "app_id": "2399000000000002"}

    signed = {**good, "sign": sign(good, THEIRS)}
    assert gateway.notification(signed) == signed
    for wrong in ({**good, "sign": sign(good, OURS)}, {**other, "sign": sign(other, THEIRS)}):
        with pytest.raises(AnswerRefused):
            gateway.notification(wrong)


def test_a_phone_number_is_opened_when_its_cipher_text_is_signed() -> None:
    gateway = _gateway()
    sealed = seal_content('{"code":"10000","msg":"Success","mobile":"19900000000"}', AES_KEY)
    denied = seal_content('{"code":"40003","sub_code":"isv.invalid-auth-relations"}', AES_KEY)

    def response(cipher_text: str, signature: str) -> str:
        return json.dumps({"response": cipher_text, "sign": signature})

    assert gateway.phone_number(response(sealed, _signature(f'"{sealed}"'))) == "19900000000"
    for wrong in (
        response(sealed, _signature(sealed)),
        response(sealed, ""),
        json.dumps({"response": sealed}),
        response(denied, _signature(f'"{denied}"')),
        "[]",
    ):
        with pytest.raises(AnswerRefused):
            gateway.phone_number(wrong)
