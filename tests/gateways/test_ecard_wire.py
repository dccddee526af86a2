"""The service bus's signature, the envelope, and answers in all their shapes."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from server.gateways.ecard_wire import (
    AnswerMalformed,
    BrokerError,
    BusinessError,
    Envelope,
    EnvelopeBroken,
    csb_signature,
    read_answer,
)

KEY, IV = "sandboxEncryptK1", "sandboxInitVect1"
AES = Envelope(KEY, IV, "aes-cbc")


def test_the_signature_matches_two_upstream_implementations(vectors: dict[str, Any]) -> None:
    vector = vectors["ecard"]["csb_signature"]

    assert csb_signature(vector["params"], vector["secret_key"]) == vector["signature"]


@pytest.mark.parametrize("cipher", ["aes-cbc", "sm4-cbc"])
def test_what_was_sealed_opens_again(cipher: str) -> None:
    envelope = Envelope(KEY, IV, cipher)

    assert envelope.open(envelope.seal({"aac003": "张三", "n": 1})) == {"aac003": "张三", "n": 1}


def test_sm4_agrees_with_the_standard(vectors: dict[str, Any]) -> None:
    vector = vectors["gm"]["sm4_ecb"]
    key, plain = bytes.fromhex(vector["key"]), bytes.fromhex(vector["plaintext"])
    encryptor = Cipher(SM4(key), ECB()).encryptor()

    assert encryptor.update(plain).hex() == vector["ciphertext"]


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "!",
        "AAAA",
        base64.b64encode(bytes(16)).decode(),
        AES.seal({"a": 1})[:-8],
        Envelope("another16bytekey", IV, "aes-cbc").seal({"a": 1}),
    ],
)
def test_what_this_channel_did_not_seal_is_broken_in_one_way(sealed: str) -> None:
    with pytest.raises(EnvelopeBroken) as broken:
        AES.open(sealed)
    assert str(broken.value) == "not an envelope of this channel"


@pytest.mark.parametrize(
    ("key", "iv", "cipher"),
    [
        ("short", IV, "aes-cbc"),
        (KEY, "short", "aes-cbc"),
        (KEY, IV, "rc4"),
        ("密" * 16, IV, "aes-cbc"),
    ],
)
def test_a_channel_with_unusable_settings_is_refused_without_quoting_them(
    key: str, iv: str, cipher: str
) -> None:
    with pytest.raises(ValueError, match="16-byte") as refused:
        Envelope(key, iv, cipher)
    assert key not in str(refused.value)


def test_a_success_gives_its_result_sealed_or_in_the_older_open_form() -> None:
    sealed = {"msgCode": "000000", "msg": "成功", "result": {"encrypt": AES.seal({"a": 1})}}
    older = {"msgCode": 200, "msg": "ok", "result": {"a": 1}}

    assert read_answer(json.dumps(sealed).encode(), AES) == {"a": 1}
    assert read_answer(json.dumps(older).encode(), AES) == {"a": 1}


@pytest.mark.parametrize(("msg_code", "expected"), [(700, "700"), ("100404", "100404"), (0, "0")])
def test_a_business_error_has_its_code_as_text(msg_code: object, expected: str) -> None:
    body = json.dumps({"msgCode": msg_code, "msg": "失败", "result": None}).encode()
    with pytest.raises(BusinessError) as refused:
        read_answer(body, AES)
    assert refused.value.msg_code == expected


def test_the_brokers_own_error_is_known_as_such(vectors: dict[str, Any]) -> None:
    body = vectors["ecard"]["envelope_rules"]["broker_error"].encode()
    with pytest.raises(BrokerError) as refused:
        read_answer(body, AES)
    assert refused.value.code == "503"
    assert refused.value.request_id == "ac1e500c16287562905084900d00af"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"{}",
        b"null",
        b'{"msgCode": null}',
        b'{"msgCode": "000000", "result": null}',
        b'{"msgCode": "000000", "result": {"a": 1}}',
        b'{"msgCode": "000000", "result": {"encrypt": 5}}',
        b'{"msgCode": "000000", "result": {"encrypt": "AAAA"}}',
        b'{"msgCode": 200, "result": "text"}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_no_answer(body: bytes) -> None:
    with pytest.raises(AnswerMalformed):
        read_answer(body, AES)
