"""Pushes: every shape is read, and everything else is refused in one and the same way."""

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
    _signature,
    open_push,
    seal_reply,
)

NOW = 1_790_000_000
AES_KEY = "c2FuZGJveEFlc0tleUZvclpoYW5nYmFuU2FuZGJveDA"
SAFE = PushKeys("wx239900sandbox01", "token", AES_KEY)
PLAIN = PushKeys("wx239900sandbox01", "token", None)


EVENT: dict[str, Any] = {
    "FromUserName": "o239900",
    "CreateTime": NOW,
    "MsgType": "event",
    "Event": "subscribe_msg_popup_event",
    "List": {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"},
}


def _query(keys: PushKeys, sealed: str = "", *, at: float = NOW) -> dict[str, str]:
    stamp, nonce = str(int(at)), "415670741"
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "signature": _signature(keys.token, stamp, nonce),
    }
    if sealed:
        query["encrypt_type"] = "aes"
        query["msg_signature"] = _signature(keys.token, stamp, nonce, sealed)
    return query


def _sealed(text: str, keys: PushKeys = SAFE) -> str:
    reply = seal_reply(keys, text, timestamp="1", nonce="1", random16="0123456789abcdef")
    return reply["Encrypt"]


def _body(sealed: str) -> bytes:
    return json.dumps({"ToUserName": "gh_1", "Encrypt": sealed}).encode()


def test_subscribe_events_of_every_shape_give_the_same_items(vectors: dict[str, Any]) -> None:
    events = vectors["wechat"]["events_subscribe_msg"]

    def read(body: str) -> Any:
        return open_push(PLAIN, _query(PLAIN), body.encode(), now=NOW)

    popups = [read(sample["body"]) for sample in events["popup"]]
    changes = [read(sample["body"]) for sample in events["change"]]
    sents = [read(sample["body"]) for sample in events["sent"]]

    assert {push.items for push in popups} == {popups[0].items}
    assert popups[0].items[0].outcome == "accept"
    assert {push.items for push in changes} == {changes[0].items}
    assert changes[0].items[0].outcome == "reject"
    assert {push.items[0].msgid for push in sents} == {"1864323726461255680"}
    assert {push.items[0].error_code for push in sents} == {"0"}
    assert {push.created_at for push in popups} == {1610969440}


def test_repeated_xml_lists_are_all_read() -> None:
    one = "<List><TemplateId>{}</TemplateId><PopupScene>0</PopupScene></List>"
    body = (
        "<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><Event>e</Event>"
        f"<SubscribeMsgPopupEvent>{one.format('A')}{one.format('B')}</SubscribeMsgPopupEvent></xml>"
    )

    push = open_push(PLAIN, _query(PLAIN), body.encode(), now=NOW)

    assert [item.template_id for item in push.items] == ["A", "B"]
    assert len(set(push.keys)) == 2


def test_a_push_delivered_again_has_the_same_keys() -> None:
    sealed = [_sealed(json.dumps(EVENT)), _sealed(json.dumps(EVENT))]
    first, second = (
        open_push(SAFE, _query(SAFE, one, at=NOW + n), _body(one), now=NOW)
        for n, one in enumerate(sealed)
    )

    assert first.keys == second.keys == (f"subscribe_msg_popup_event|o239900|{NOW}|T1|",)


def test_an_encrypted_xml_push_is_opened() -> None:
    inner = "<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><Event>e</Event></xml>"
    sealed = _sealed(inner)
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"

    push = open_push(SAFE, _query(SAFE, sealed), body.encode(), now=NOW)

    assert (push.event, push.items) == ("e", ())


@pytest.mark.parametrize("late_s", [-301, 301, 86_400])
def test_a_push_outside_the_window_is_refused(late_s: int) -> None:
    sealed = _sealed(json.dumps(EVENT))
    with pytest.raises(PushRefused):
        open_push(SAFE, _query(SAFE, sealed), _body(sealed), now=NOW + late_s)


def test_in_safe_mode_the_plain_signature_proves_nothing() -> None:
    forged = json.dumps(EVENT).encode()
    sealed = _sealed(json.dumps(EVENT))
    query = _query(SAFE, sealed)
    signed_otherwise = {**query, "msg_signature": query["signature"]}

    plainly = {name: query[name] for name in ("timestamp", "nonce", "signature")}

    for body, asked in [(forged, query), (forged, plainly), (_body(sealed), signed_otherwise)]:
        with pytest.raises(PushRefused):
            open_push(SAFE, asked, body, now=NOW)


def _with_padding(count: int, filler: bytes) -> str:
    """A push that wechatpy accepts, padded with count - 1 fillers and a last byte of count."""
    key = base64.b64decode(AES_KEY + "=")
    message, length = json.dumps(EVENT).encode(), 0
    while (16 + 4 + len(message) + 17 + count) % 32:
        message += b" "
    length = len(message)
    plain = b"0123456789abcdef" + length.to_bytes(4, "big") + message + b"wx239900sandbox01"
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    padded = plain + filler * (count - 1) + bytes([count])
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def test_a_padding_made_by_hand_is_accepted_when_it_is_right() -> None:
    sealed = _with_padding(7, b"\x07")

    assert open_push(SAFE, _query(SAFE, sealed), _body(sealed), now=NOW).openid == "o239900"


GOOD = _sealed(json.dumps(EVENT))
OTHER_APP = _sealed(json.dumps(EVENT), PushKeys("wx239900other", "token", AES_KEY))


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "!!!!",
        GOOD[:-4],
        GOOD[:40],
        base64.b64encode(b"").decode(),
        base64.b64encode(bytes(32)).decode(),
        OTHER_APP,
        _with_padding(7, b"\x00"),
        _with_padding(33, b"!"),
        _with_padding(64, b"@"),
        _sealed("not json"),
        _sealed("[]"),
        _sealed("{}"),
        _sealed('{"FromUserName": "o", "CreateTime": "soon"}'),
        _sealed('{"FromUserName": "o", "CreateTime": NaN}'),
        _sealed('{"FromUserName": "o", "CreateTime": 1, "List": [3]}'),
        _sealed('{"FromUserName": "o", "CreateTime": 1, "List": {"a": 1}}'),
        _sealed("<xml><FromUserName>o</FromUserName>"),
        _sealed('<!DOCTYPE x [<!ENTITY a "aa">]><xml><CreateTime>&a;</CreateTime></xml>'),
        _sealed("[" * 3000),
        _sealed(
            "<!DOCTYPE xml><xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime></xml>"
        ),
    ],
)
def test_a_signed_push_that_cannot_be_read_is_refused(sealed: str) -> None:
    with pytest.raises(PushRefused) as refused:
        open_push(SAFE, _query(SAFE, sealed), _body(sealed), now=NOW)
    assert str(refused.value) == "push refused"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"null",
        b"\xff\xfe",
        b'{"Encrypt": 1}',
        b'{"Encrypt": null}',
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b"<xml/>",
        b"{" * 70_000,
        b'{"Encrypt": "\\ud800"}',
    ],
)
def test_a_body_that_is_no_push_is_refused(body: bytes) -> None:
    for keys in (SAFE, PLAIN):
        with pytest.raises(PushRefused):
            open_push(keys, _query(keys, GOOD), body, now=NOW)


@pytest.mark.parametrize("missing", ["timestamp", "nonce", "msg_signature"])
def test_a_query_without_its_parts_is_refused(missing: str) -> None:
    query = _query(SAFE, GOOD)
    del query[missing]
    with pytest.raises(PushRefused):
        open_push(SAFE, query, _body(GOOD), now=NOW)


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "１７９０００００００", "9" * 5000, "0x1"])
def test_a_timestamp_that_is_no_number_is_refused(stamp: str) -> None:
    query = {**_query(SAFE, GOOD), "timestamp": stamp}
    with pytest.raises(PushRefused):
        open_push(SAFE, query, _body(GOOD), now=NOW)
