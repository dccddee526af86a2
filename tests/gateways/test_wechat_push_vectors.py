"""Pushes and user content against WeChat's own worked examples."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from server.gateways.accounts import PushKeys
from server.gateways.wechat_push import (
    PushRefused,
    open_push,
    open_user_content,
    seal_reply,
    verify_url,
)
from tests.gateways.test_wechat_push import NOW


def test_the_official_address_check_is_answered_with_its_echostr(vectors: dict[str, Any]) -> None:
    vector = vectors["wechat"]["push_url_verification"]
    keys = PushKeys("wx", vector["token"], None)
    query = {name: vector[name] for name in ("signature", "timestamp", "nonce", "echostr")}

    assert verify_url(keys, query, now=int(vector["timestamp"])) == vector["echostr"]
    with pytest.raises(PushRefused):
        verify_url(keys, {**query, "signature": "0" * 40}, now=int(vector["timestamp"]))


def test_the_official_plain_push_is_read(vectors: dict[str, Any]) -> None:
    vector = vectors["wechat"]["push_plain_post_json"]
    keys = PushKeys("wx", vector["token"], None)
    body = json.dumps(vector["body"]).encode()

    push = open_push(keys, vector, body, now=int(vector["timestamp"]))

    assert (push.event, push.openid) == ("debug_demo", vector["body"]["FromUserName"])


def test_the_official_encrypted_push_is_opened(vectors: dict[str, Any]) -> None:
    vector = vectors["wechat"]["push_safe_mode_json"]
    keys = PushKeys(vector["appid"], vector["token"], vector["encoding_aes_key"])
    body = json.dumps(vector["body"]).encode()

    push = open_push(keys, vector["query"], body, now=int(vector["query"]["timestamp"]))

    assert dict(push.fields) == json.loads(vector["plaintext"])


@pytest.mark.parametrize(
    "name", ["push_safe_mode_reply_json", "push_safe_mode_xml_wechatpy_encrypt"]
)
def test_a_reply_is_sealed_byte_for_byte_as_the_official_one(
    name: str, vectors: dict[str, Any]
) -> None:
    vector = vectors["wechat"][name]
    appid = vector.get("appid") or vector["id"]
    keys = PushKeys(appid, vector["token"], vector["encoding_aes_key"])

    reply = seal_reply(
        keys,
        vector["plaintext"],
        timestamp=vector["timestamp"],
        nonce=vector["nonce"],
        random16=vector["random16"],
    )

    assert reply["Encrypt"] == vector["Encrypt"]
    assert reply["MsgSignature"] == vector["MsgSignature"]


def test_the_official_user_content_is_opened(vectors: dict[str, Any]) -> None:
    vector = vectors["wechat"]["wxbizdatacrypt_official_sample"]
    at = vector["expect"]["watermark"]["timestamp"]
    sealed = (vector["session_key"], vector["iv"], vector["encryptedData"])

    opened = open_user_content(*sealed, appid=vector["appid"], now=at)

    # The vector leaves out the picture's address.
    assert {name: opened[name] for name in vector["expect"]} == vector["expect"]
    for wrong in ({"appid": "wxother", "now": at}, {"appid": vector["appid"], "now": at + 301}):
        with pytest.raises(PushRefused):
            open_user_content(*sealed, **wrong)


@pytest.mark.parametrize("content", ["", "AAAA", "!", base64.b64encode(bytes(32)).decode()])
def test_user_content_that_does_not_decrypt_is_refused(content: str) -> None:
    key = base64.b64encode(bytes(16)).decode()
    with pytest.raises(PushRefused):
        open_user_content(key, key, content, appid="wx", now=NOW)


def test_user_content_with_a_wrong_padding_is_refused() -> None:
    key = bytes(range(16))
    text = json.dumps({"watermark": {"appid": "wx", "timestamp": NOW}}).encode()
    text += b" " * (-(len(text) + 4) % 16)
    keys = (base64.b64encode(key).decode(),) * 2

    def sealed(padding: bytes) -> str:
        encryptor = Cipher(AES(key), CBC(key)).encryptor()
        return base64.b64encode(encryptor.update(text + padding) + encryptor.finalize()).decode()

    opened = open_user_content(*keys, sealed(b"\x04" * 4), appid="wx", now=NOW)

    assert opened["watermark"]["timestamp"] == NOW
    with pytest.raises(PushRefused):
        open_user_content(*keys, sealed(b"\x00\x00\x00\x04"), appid="wx", now=NOW)
