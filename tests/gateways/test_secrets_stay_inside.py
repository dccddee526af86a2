"""No token, secret, key or personal number in a log line, an exception, or a representation."""

import logging
import traceback
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import cast

import pytest
from redis.asyncio import Redis

from models.errors.entry import Refusal
from server.gateways.accounts import AlipayAccount, ECardAccount, PushKeys, WeChatAccount
from server.gateways.alipay import Alipay
from server.gateways.ecard import ECardGateway
from server.gateways.ecard_provider import ServiceBus
from server.gateways.ecard_wire import Envelope
from server.gateways.transport import Call, TransportFault
from server.gateways.wechat import WeChat
from server.gateways.wechat_token import FreshToken
from tests.gateways.conftest import OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Asked, Peer, Says
from tests.gateways.papers import key_pem, new_key, public_pem

OURS = new_key()
SECRETS = (
    "wechat-app-secret",
    "THE-ACCESS-TOKEN",
    "THE-SESSION-KEY",
    "one-time-code",
    "csb-secret-key",
    "sandboxEncryptK1",
    "sandboxInitVect1",
    "push-token",
    "push-aes-key",
    "alipay-aes-key",
    "THE-SIGN-NO",
    "239901199001010011",
    "19900000000",
    *key_pem(OURS).splitlines()[1:3],
)
ECARD = ECardAccount(
    base_url="",
    channel_no="1",
    access_no="2",
    access_key="ak",
    secret_key="csb-secret-key",
    encrypt_key="sandboxEncryptK1",
    iv="sandboxInitVect1",
    system_name="zhangban",
)
IDENTITY = {"aac002": "239901199001010011", "aac003": "张三", "aaz502": "7"}
TROUBLE: list[Says] = [
    RESET,
    SILENCE,
    Answer(status=502),
    Answer(status=302, more="Location: http://elsewhere.invalid/\r\n"),
    Answer(b"<html>"),
    Answer(b'{"errcode":40001,"errmsg":"invalid credential rid: 1-2-3"}'),
    Answer(b'{"errcode":40125,"errmsg":"invalid appsecret rid: 1-2-3"}'),
    Answer(b'{"msgCode":700,"msg":"239901199001010011"}'),
    Answer(b'{"errcode":0,"phone_info":{"purePhoneNumber":"19900000000"}}'),
    Answer(b'{"openid":"","session_key":"THE-SESSION-KEY"}'),
]


async def _text_of_failure(asked: Awaitable[object]) -> str:
    """Everything that a careless handler could log about a failure, its causes included."""
    try:
        return repr(await asked)
    except (Refusal, TransportFault) as error:
        chain, seen = "", cast(BaseException | None, error)
        while seen is not None:
            chain += f"{seen!r} {seen} {getattr(seen, 'facts', '')}"
            chain += "".join(traceback.format_exception_only(seen))
            seen = seen.__cause__ or seen.__context__
        return chain


def _leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("says", TROUBLE)
async def test_no_failure_of_any_gateway_speaks_of_a_secret(
    says: Says,
    open_transport: OpenTransport,
    memory_redis: Redis,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def script(asked: Asked) -> Says:
        if asked.path.endswith("stable_token"):
            return Answer(b'{"access_token":"THE-ACCESS-TOKEN","expires_in":7200}')
        return says

    caplog.set_level(logging.DEBUG)
    async with Peer(script) as peer:
        transport = await open_transport(peer.url, total_s=0.2)
        wechat = WeChat(
            WeChatAccount(peer.url, "wx239900", "wechat-app-secret"), transport, memory_redis
        )
        alipay = Alipay(
            AlipayAccount(peer.url, "2399", key_pem(OURS), public_pem(new_key())),
            transport,
            lambda: datetime.now(UTC),
        )
        ecard = ECardGateway(ECARD, ServiceBus(ECARD, transport, lambda: datetime.now(UTC)))
        security = Envelope(ECARD.encrypt_key, ECARD.iv, ECARD.cipher).seal(
            {"signNo": "THE-SIGN-NO"}
        )
        texts = [
            await _text_of_failure(asked)
            for asked in (
                wechat.sign_in("one-time-code"),
                wechat.get_phone_number("one-time-code"),
                wechat.unlimited_code("abc", "pages/a"),
                wechat.send_subscribe("o1", "t", None, {"thing1": "x"}),
                alipay.sign_in("one-time-code"),
                ecard.by_inbound(security),
                ecard.create_qr(),
            )
        ]

    logged = "".join(f"{record.getMessage()}{vars(record)}" for record in caplog.records)
    assert _leaks("".join(texts)) == []
    assert _leaks(logged) == []
    assert len(logged) > 100


async def test_an_identity_that_is_refused_is_not_logged(
    open_transport: OpenTransport, caplog: pytest.LogCaptureFixture
) -> None:
    envelope = Envelope(ECARD.encrypt_key, ECARD.iv, ECARD.cipher)
    sealed = {"msgCode": "000000", "result": {"encrypt": envelope.seal(IDENTITY)}}
    caplog.set_level(logging.DEBUG)
    async with Peer(lambda _: Answer.of_json(sealed)) as peer:
        bus = ServiceBus(ECARD, await open_transport(peer.url), lambda: datetime.now(UTC))
        text = await _text_of_failure(ECardGateway(ECARD, bus).by_sign_no("THE-SIGN-NO"))

    logged = "".join(str(vars(record)) for record in caplog.records)
    assert _leaks(text + logged) == []
    assert "张三" not in text + logged


async def test_a_fault_names_the_path_and_never_the_query(open_transport: OpenTransport) -> None:
    transport = await open_transport("http://127.0.0.1:1")
    with pytest.raises(TransportFault) as caught:
        await transport.send(Call("GET", "/sns/x", params={"secret": "wechat-app-secret"}))

    assert str(caught.value) == "refused at 127.0.0.1/sns/x"
    assert caught.value.__context__ is None


def test_accounts_and_tokens_hide_their_secrets() -> None:
    shown = [
        WeChatAccount("https://x.invalid", "wx", "wechat-app-secret"),
        PushKeys("wx", "push-token", "push-aes-key"),
        AlipayAccount("https://x.invalid", "2399", key_pem(OURS), aes_key="alipay-aes-key"),
        ECARD,
        FreshToken("THE-ACCESS-TOKEN", 7200),
    ]

    assert _leaks("".join(f"{one!r} {one}" for one in shown)) == []
