"""Pushes from WeChat: prove who sent them, open them, read them; any fault is one refusal."""

import base64
import hashlib
import hmac
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring
from wechatpy.crypto import PrpCrypto, WeChatWxaCrypto
from wechatpy.exceptions import WeChatException

from server.gateways.accounts import PushKeys

WINDOW_S = 300
MAX_BYTES = 64 * 1024
Query = Mapping[str, str]

# What wechatpy and the readers of XML and JSON were seen to throw at bad input (reliability W8).
_FAULTS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    AssertionError,
    OverflowError,
    RecursionError,
    struct.error,
    ParseError,
    WeChatException,
)


class PushRefused(Exception):
    """The push is not from the platform, too old, or unreadable; the sender learns no more."""

    def __init__(self) -> None:
        super().__init__("push refused")


@dataclass(frozen=True, slots=True)
class PushItem:
    """One line of a subscribe_msg_* event; all texts, as sent. outcome: accept, reject …"""

    template_id: str
    outcome: str | None
    msgid: str | None
    error_code: str | None
    error_status: str | None


@dataclass(frozen=True, slots=True)
class Push:
    """A push, opened. created_at: Unix seconds; fields: the whole message as read."""

    event: str
    openid: str
    created_at: int
    items: tuple[PushItem, ...]
    fields: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        """One key per item; the same item delivered again has the same key (platforms §1.4)."""
        head = f"{self.event}|{self.openid}|{self.created_at}"
        return tuple(f"{head}|{item.template_id}|{item.msgid or ''}" for item in self.items) or (
            head,
        )


def verify_url(keys: PushKeys, query: Query, *, now: float) -> str:
    """Answer the platform's check of our address: the echostr to send back as plain text.

    now: Unix seconds. Raises PushRefused.
    """
    try:
        _fresh(query, now)
        _same(query["signature"], keys.token, query["timestamp"], query["nonce"])
        return query["echostr"]
    except _FAULTS:
        raise PushRefused from None


def open_push(keys: PushKeys, query: Query, body: bytes, *, now: float) -> Push:
    """Verify and read one push, JSON or XML, plain or encrypted. now: Unix seconds.

    With an aes_key the push must be encrypted and only msg_signature is believed.
    Raises PushRefused on any fault.
    """
    try:
        if len(body) > MAX_BYTES:
            raise PushRefused
        _fresh(query, now)
        if keys.aes_key is None:
            _same(query["signature"], keys.token, query["timestamp"], query["nonce"])
            return _push(_message(body))
        sealed = _message(body)["Encrypt"]
        _same(query["msg_signature"], keys.token, query["timestamp"], query["nonce"], sealed)
        return _push(_message(_opened(keys, sealed).encode()))
    except _FAULTS:
        raise PushRefused from None


def seal_reply(
    keys: PushKeys, text: str, *, timestamp: str, nonce: str, random16: str
) -> dict[str, str]:
    """Encrypt an answer in safe mode: {Encrypt, MsgSignature, TimeStamp, Nonce}.

    random16: 16 ASCII characters from `secrets`; wechatpy would draw them from `random`.
    """
    crypto = _crypto(keys)
    crypto.get_random_string = lambda: random16
    sealed = crypto.encrypt(text, keys.appid).decode()
    signature = _signature(keys.token, timestamp, nonce, sealed)
    return {"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce}


def open_user_content(
    session_key: str, iv: str, content: str, *, appid: str, now: float, max_age_s: int = WINDOW_S
) -> dict[str, Any]:
    """Decrypt `encryptedData` of the mini-program (WXBizDataCrypt). now: Unix seconds.

    Raises PushRefused when it does not decrypt, is not for this appid, or is older than max_age_s.
    """
    try:
        crypto = WeChatWxaCrypto(session_key, iv, appid)
        _padded(crypto.cipher.decrypt(base64.b64decode(content, validate=True)), 16)
        opened = crypto.decrypt_message(content)
        if abs(now - int(opened["watermark"]["timestamp"])) > max_age_s:
            raise PushRefused
    except _FAULTS:
        raise PushRefused from None
    return dict(opened)


def _signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _same(claimed: str, *parts: str) -> None:
    if not hmac.compare_digest(claimed.encode(), _signature(*parts).encode()):
        raise PushRefused


def _fresh(query: Query, now: float) -> None:
    stamp = query["timestamp"]
    if not (stamp.isascii() and stamp.isdecimal() and abs(now - int(stamp)) <= WINDOW_S):
        raise PushRefused


def _crypto(keys: PushKeys) -> Any:
    key = base64.b64decode((keys.aes_key or "") + "=")
    if len(key) != 32:
        raise ValueError("aes key is not 32 bytes")
    return PrpCrypto(key)


def _opened(keys: PushKeys, sealed: str) -> str:
    crypto = _crypto(keys)
    # wechatpy never looks at the padding, and answers bad padding with an empty text.
    _padded(crypto.cipher.decrypt(base64.b64decode(sealed, validate=True)), 32)
    text: str = crypto.decrypt(sealed, keys.appid)
    return text


def _padded(plain: bytes, block: int) -> None:
    count = plain[-1]
    if not 1 <= count <= block or plain[-count:] != bytes([count]) * count:
        raise PushRefused


def _message(body: bytes) -> dict[str, Any]:
    if body.lstrip()[:1] == b"<":
        root = fromstring(body, forbid_dtd=True)
        return _members(root)
    message = json.loads(body, parse_constant=_no_constant)
    if not isinstance(message, dict):
        raise PushRefused
    return message


def _no_constant(_: str) -> None:
    raise PushRefused


def _members(element: Element) -> dict[str, Any]:
    """An element's children by name; a name that repeats becomes a list."""
    members: dict[str, Any] = {}
    for child in element:
        value: Any = _members(child) if len(child) else (child.text or "").strip()
        if child.tag in members:
            before = members[child.tag]
            members[child.tag] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            members[child.tag] = value
    return members


def _push(message: dict[str, Any]) -> Push:
    listed = message.get("List")
    for wrapper in message.values() if listed is None else ():
        # XML wraps the list, and the platform's own pages disagree about the wrapper's name.
        if isinstance(wrapper, dict) and "List" in wrapper:
            listed = wrapper["List"]
    many = listed if isinstance(listed, list) else [listed] if listed else []
    return Push(
        event=str(message.get("Event", "")),
        openid=str(message["FromUserName"]),
        created_at=int(message["CreateTime"]),
        items=tuple(_item(one) for one in many),
        fields=message,
    )


def _item(one: dict[str, Any]) -> PushItem:
    names = ("SubscribeStatusString", "MsgID", "ErrorCode", "ErrorStatus")
    outcome, msgid, code, status = (None if one.get(n) is None else str(one[n]) for n in names)
    return PushItem(str(one["TemplateId"]), outcome, msgid, code, status)
