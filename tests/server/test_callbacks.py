"""Pushes of the platforms: only what they signed is believed, once, within a second."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from wechatpy.crypto import WeChatCrypto

from models.database import tx
from models.delivery import PlatformReceipt
from models.person import PlatformAccount
from models.subscription import Subscription
from models.vocabulary import Platform
from sandbox.wechat.events import as_json, as_xml, popup, sent
from sandbox.wechat.push_crypto import encrypt, signature
from server.commands.demo_env import TEMPLATES_FILE
from server.gateways.accounts import AlipayAccount
from server.gateways.alipay import Alipay
from server.gateways.alipay_sign import sign
from server.gateways.ecard_wire import Envelope
from server.gateways.transport import Transport
from tests.gateways.conftest import vectors
from tests.gateways.papers import key_pem, new_key, public_pem
from tests.live_clients import Answer
from tests.messages import a_credit, an_account
from tests.registered import NOW, a_person
from tests.server.door import Door, door

__all__ = ["vectors"]

APPID, TOKEN = "wx1", "push-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TEMPLATE = "sandbox-filing-status"
AT = int(NOW.timestamp())
WECHAT = "/callbacks/wechat"


@pytest.fixture(params=["safe", "plain"])
async def front(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Door]:
    """The application with a WeChat account in safe or in plain mode."""
    async with door(
        sqlite_url,
        wechat_appid=APPID,
        wechat_secret="secret",
        wechat_token=TOKEN,
        templates_file=str(TEMPLATES_FILE),
        wechat_aes_key=AES_KEY if request.param == "safe" else "",
    ) as opened:
        yield opened


def query(**more: str) -> dict[str, str]:
    nonce = secrets.token_hex(5)
    return {
        "signature": signature(TOKEN, str(AT), nonce),
        "timestamp": str(AT),
        "nonce": nonce,
        **more,
    }


def sealed(text: str, asked: dict[str, str], *, xml: bool = False) -> tuple[dict[str, str], str]:
    salt = secrets.token_hex(8).encode()
    cipher = encrypt(text, appid=APPID, aes_key=AES_KEY, salt=salt)
    signed = signature(TOKEN, asked["timestamp"], asked["nonce"], cipher)
    body = f"<xml><Encrypt>{cipher}</Encrypt></xml>" if xml else json.dumps({"Encrypt": cipher})
    return {**asked, "encrypt_type": "aes", "msg_signature": signed}, body


async def push(front: Door, asked: dict[str, str], body: str) -> Answer:
    return await front.client().send("POST", f"{WECHAT}?{urlencode(asked)}", raw=body.encode())


async def tell(front: Door, text: str, *, xml: bool = False) -> Answer:
    """Push a text as this account's mode wants it."""
    if front.app.ctx.settings.wechat_aes_key:
        return await push(front, *sealed(text, query(), xml=xml))
    return await push(front, query(), text)


async def credits_of(account: PlatformAccount) -> int:
    row = await Subscription.get_or_none(account_id=account.id, template=TEMPLATE)
    return row.remaining if row else 0


async def test_the_check_of_our_address_is_answered_with_its_echo(front: Door) -> None:
    good = await front.client().get(f"{WECHAT}?{urlencode(query(echostr='7042368'))}")
    forged = await front.client().get(
        f"{WECHAT}?{urlencode(query(echostr='7042368') | {'signature': '0' * 40})}"
    )

    assert (good.status, good.body) == (200, b"7042368")
    assert (forged.status, forged.code) == (403, "SB-9015")


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
async def test_a_consent_is_taken_in_once_in_either_wording(front: Door, xml: bool) -> None:
    account = await an_account(await a_person())
    event = popup(account.subject, TEMPLATE, accept=True, at=AT)
    text = as_xml(event) if xml else json.dumps(as_json(event))

    answers = [await tell(front, text, xml=xml) for _ in range(3)]

    assert [(each.status, each.body) for each in answers] == [(200, b"success")] * 3
    assert await credits_of(account) == 1


async def test_several_templates_of_one_prompt_come_as_a_list(front: Door) -> None:
    account = await an_account(await a_person())
    event = as_json(popup(account.subject, TEMPLATE, accept=True, at=AT))
    one: Any = event["List"]
    both = event | {"List": [one, one | {"TemplateId": "sandbox-filing-due"}]}

    await tell(front, json.dumps(both))

    rows = await Subscription.filter(account_id=account.id).values_list("template", "remaining")
    assert sorted(rows) == [("sandbox-filing-due", 1), (TEMPLATE, 1)]


async def test_a_receipt_is_kept_for_the_engine(front: Door) -> None:
    account = await an_account(await a_person())
    event = sent(account.subject, TEMPLATE, 18643, at=AT)

    for _ in range(2):
        (await tell(front, as_xml(event), xml=True)).body.decode()

    (receipt,) = await PlatformReceipt.all()
    assert (receipt.msgid, receipt.recipient, receipt.delivered) == ("18643", account.subject, True)


async def test_an_old_push_is_refused_however_well_signed(front: Door) -> None:
    account = await an_account(await a_person())
    text = json.dumps(as_json(popup(account.subject, TEMPLATE, accept=True, at=AT)))
    old, nonce = str(AT - 301), "1"
    asked = {"signature": signature(TOKEN, old, nonce), "timestamp": old, "nonce": nonce}
    safe = front.app.ctx.settings.wechat_aes_key

    answer = await push(front, *(sealed(text, asked) if safe else (asked, text)))

    assert answer.status == 403
    assert await credits_of(account) == 0


@pytest.mark.parametrize("front", ["safe"], indirect=True)
async def test_in_safe_mode_the_plain_signature_proves_nothing(front: Door) -> None:
    account = await an_account(await a_person())
    text = json.dumps(as_json(popup(account.subject, TEMPLATE, accept=True, at=AT)))
    asked, body = sealed(text, query())

    answers = [
        await push(front, query(), text),
        await push(front, asked | {"msg_signature": asked["signature"]}, body),
        await push(front, {**asked, "msg_signature": "0" * 40}, body),
    ]

    assert [each.status for each in answers] == [403] * 3
    assert await credits_of(account) == 0


@pytest.mark.parametrize("front", ["safe"], indirect=True)
async def test_a_push_that_unmodified_wechatpy_sealed_is_read(front: Door) -> None:
    account = await an_account(await a_person())
    text = as_xml(popup(account.subject, TEMPLATE, accept=True, at=AT))
    asked = query()
    body = WeChatCrypto(TOKEN, AES_KEY, APPID).encrypt_message(
        text, asked["nonce"], asked["timestamp"]
    )
    signed = body.partition("<MsgSignature><![CDATA[")[2].partition("]]")[0]

    answer = await push(front, {**asked, "msg_signature": signed}, body)

    assert answer.status == 200
    assert await credits_of(account) == 1


async def test_rubbish_is_refused_and_tells_nothing(front: Door) -> None:
    for body in ("", "{", "[]", "<xml>", '{"Encrypt": 7}', "\x00", "<!DOCTYPE x><xml/>"):
        answer = await push(front, query(), body)

        assert (answer.status, answer.code) == (403, "SB-9015")


async def test_an_event_that_we_do_not_know_is_taken_note_of(front: Door) -> None:
    told = {"FromUserName": "o1", "CreateTime": AT, "MsgType": "event", "Event": "user_enter"}

    answer = await tell(front, json.dumps(told))

    assert (answer.status, answer.body) == (200, b"success")


@pytest.mark.parametrize("front", ["plain"], indirect=True)
async def test_a_push_is_answered_within_a_second_whatever_holds_the_database(front: Door) -> None:
    account = await an_account(await a_person())
    text = json.dumps(as_json(popup(account.subject, TEMPLATE, accept=True, at=AT)))

    async with tx():
        began = asyncio.get_running_loop().time()
        answer = await push(front, query(), text)
        took_s = asyncio.get_running_loop().time() - began

    assert (answer.status, answer.code) == (503, "SB-9003")
    assert took_s < 1.0
    assert (await push(front, query(), text)).status == 200
    assert await credits_of(account) == 1


@pytest.mark.parametrize("front", ["plain"], indirect=True)
async def test_nobody_but_alipay_and_the_card_platform_are_believed(front: Door) -> None:
    forged = urlencode({"app_id": "2021", "sign_type": "RSA2", "sign": "AAAA"})

    alipay = await front.client().send("POST", "/callbacks/alipay", raw=forged.encode())
    ecard = await front.client().send("POST", "/callbacks/ecard", raw=b'{"security": "AAAA"}')

    assert (alipay.status, ecard.status) == (403, 403)
    assert b"success" not in alipay.body + ecard.body


@pytest.mark.parametrize("front", ["plain"], indirect=True)
@pytest.mark.parametrize(
    ("name", "left"), [("popup", 1), ("change", 0), ("sent", 5)], ids=["popup", "change", "sent"]
)
async def test_the_official_events_are_taken_in_as_they_stand(
    front: Door, vectors: dict[str, Any], name: str, left: int
) -> None:
    samples = vectors["wechat"]["events_subscribe_msg"][name]
    openid, template = _named_in(samples[-1]["body"])
    account = await an_account(await a_person())
    await PlatformAccount.filter(id=account.id).update(subject=openid)
    if name != "popup":
        await a_credit(account, template, 5)

    answers = [await push(front, query(), sample["body"]) for sample in samples]

    assert [each.body for each in answers] == [b"success"] * len(samples)
    # The same event in another wording is the same event.
    assert (await Subscription.get(account_id=account.id, template=template)).remaining == left


def _named_in(body: str) -> tuple[str, str]:
    message = json.loads(body)
    items = message["List"] if isinstance(message["List"], list) else [message["List"]]
    return message["FromUserName"], items[0]["TemplateId"]


OURS, THEIRS = new_key(), new_key()
ALIPAY_APPID = "2399000000000001"
KEY, IV = "sandboxEncryptK1", "sandboxInitVect1"


@pytest.fixture
async def others(sqlite_url: str) -> AsyncIterator[Door]:
    """The application with an Alipay and an e-card account, and their real gateways."""
    async with door(
        sqlite_url,
        alipay_gateway="http://127.0.0.1:1/gateway.do",
        alipay_appid=ALIPAY_APPID,
        alipay_private_key=key_pem(OURS),
        alipay_public_key=public_pem(THEIRS),
        ecard_base="http://127.0.0.1:1/ecard",
        ecard_channel_no="1",
        ecard_access_no="1",
        ecard_access_key="1",
        ecard_secret_key="1",
        ecard_encrypt_key=KEY,
        ecard_iv=IV,
    ) as opened:
        gateway = opened.app.ctx.settings
        account = AlipayAccount(
            gateway.alipay_gateway, ALIPAY_APPID, key_pem(OURS), public_pem(THEIRS)
        )
        # It is never opened: a notification asks nothing of anybody.
        transport = Transport(
            account.gateway_url, total_s=1, connect_s=1, allow_hosts={"127.0.0.1"}
        )
        opened.app.ctx.platforms = {Platform.ALIPAY: Alipay(account, transport, lambda: NOW)}
        yield opened


@pytest.mark.parametrize(
    ("key", "changed", "status"),
    [
        (THEIRS, {}, 200),
        (OURS, {}, 403),
        (THEIRS, {"app_id": "2399000000000002"}, 403),
        (THEIRS, {"sign": "AAAA"}, 403),
    ],
    ids=["theirs", "forged", "another-app", "no-signature"],
)
async def test_a_notification_is_taken_when_alipay_signed_it_for_us(
    others: Door, key: RSAPrivateKey, changed: dict[str, str], status: int
) -> None:
    told = {"app_id": ALIPAY_APPID, "sign_type": "RSA2", "msg_method": "m", "biz_content": "{}"}
    told |= changed
    signed = {"sign": sign(told, key)} | told

    answer = await others.client().send("POST", "/callbacks/alipay", raw=urlencode(signed).encode())

    assert answer.status == status
    assert (answer.body == b"success") is (status == 200)


async def test_a_push_of_the_card_platform_is_taken_when_our_key_opens_it(others: Door) -> None:
    ours = Envelope(KEY, IV, "aes-cbc")
    theirs = Envelope("another16bytekey", IV, "aes-cbc")

    answers = [
        await others.client().send(
            "POST",
            "/callbacks/ecard",
            raw=json.dumps({"security": each.seal({"qrCode": "1", "state": "2"})}).encode(),
        )
        for each in (ours, theirs)
    ]

    assert [each.status for each in answers] == [200, 403]
    assert answers[0].body == b"success"
