"""Text messages and e-mail: against the sandbox, and a mail server that we did not write."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from models.errors.entry import Refusal
from server.gateways.mail import Mail, MailAccount, MailFault
from server.gateways.sms import Sms, SmsAccount, SmsRefused
from server.gateways.transport import TransportFault
from tests.gateways.conftest import Ctl, OpenTransport, free_port
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says

PHONE, MAILBOX, SENDER = "13800002399", "reader@zhangban.example.cn", "noreply@zhangban.example.cn"


def now() -> datetime:
    return datetime.now(UTC)


async def _sms(ctl: Ctl, sandbox_url: str, open_transport: OpenTransport, **other: str) -> Sms:
    keys = (await ctl("/credentials"))["sms"] | other
    account = SmsAccount(f"{sandbox_url}/sms", keys["key"], keys["secret"], "掌办")
    return Sms(account, await open_transport(account.base_url), now)


async def _mail(ctl: Ctl) -> Mail:
    smtp = (await ctl("/credentials"))["smtp"]
    return Mail(MailAccount(smtp["host"], int(smtp["port"]), "none", "", "", SENDER), now)


async def test_a_text_message_arrives_under_our_signature_once(
    ctl: Ctl, sandbox_url: str, open_transport: OpenTransport
) -> None:
    sms = await _sms(ctl, sandbox_url, open_transport)

    receipts = [await sms.send(PHONE, "您的验证码为123456。", message_id="m1") for _ in range(2)]

    box = (await ctl(f"/sms?phone={PHONE}"))["items"]
    assert [each["text"] for each in box] == ["【掌办】您的验证码为123456。"]
    assert receipts == ["r-m1", "r-m1"]


@pytest.mark.parametrize(
    ("phone", "keys", "code"), [("5", {}, "bad_phone"), (PHONE, {"secret": "x"}, "bad_signature")]
)
async def test_what_the_gateway_refuses_is_said_by_its_code(
    ctl: Ctl,
    sandbox_url: str,
    open_transport: OpenTransport,
    phone: str,
    keys: dict[str, str],
    code: str,
) -> None:
    sms = await _sms(ctl, sandbox_url, open_transport, **keys)

    with pytest.raises(SmsRefused) as refused:
        await sms.send(phone, "文字", message_id="m1")

    assert refused.value.code == code


@pytest.mark.parametrize("says", [Answer(b"[]"), Answer(b"<"), Answer(status=502), RESET, SILENCE])
async def test_a_gateway_that_makes_no_sense_is_a_fault_and_then_left_alone(
    says: Says, open_transport: OpenTransport
) -> None:
    async with Peer(lambda _: says) as peer:
        account = SmsAccount(peer.url, "key", "secret", "掌办")
        sms = Sms(account, await open_transport(peer.url, total_s=0.5), now)
        for _ in range(5):
            with pytest.raises(TransportFault):
                await sms.send(PHONE, "文字", message_id="m1")
        asked = len(peer.asked)

        with pytest.raises(Refusal):
            await sms.send(PHONE, "文字", message_id="m1")

        assert len(peer.asked) == asked


class _Box:
    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refusal = ""

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def judge() -> Iterator[tuple[_Box, MailAccount]]:
    """A mail server of aiosmtpd, and the account to reach it."""
    box = _Box()
    port = free_port()
    controller: Any = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, MailAccount("127.0.0.1", port, "none", "", "", SENDER)
    controller.stop()


async def test_a_foreign_mail_server_reads_what_we_wrote(judge: tuple[_Box, MailAccount]) -> None:
    box, account = judge

    await Mail(account, now).send(
        MAILBOX, "掌办验证码", "您的验证码为123456。\n.\n完", message_id="m1"
    )

    (envelope,) = box.taken
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [MAILBOX])
    assert (mail["Subject"], mail["Message-ID"]) == ("掌办验证码", "<m1@zhangban.example.cn>")
    assert body.get_content().splitlines() == ["您的验证码为123456。", ".", "完"]


@pytest.mark.parametrize(("reply", "permanent"), [("550 no such user", True), ("450 later", False)])
async def test_a_refused_mailbox_is_final_only_when_the_server_says_so(
    judge: tuple[_Box, MailAccount], reply: str, permanent: bool
) -> None:
    box, account = judge
    box.refusal = reply

    with pytest.raises(MailFault) as fault:
        await Mail(account, now).send(MAILBOX, "题", "文", message_id="m1")

    assert (fault.value.code, fault.value.permanent) == (int(reply[:3]), permanent)
    assert MAILBOX not in str(fault.value)
    assert fault.value.__context__ is None


async def test_no_mail_server_is_worth_trying_again() -> None:
    account = MailAccount("127.0.0.1", 9, "none", "", "", SENDER)

    with pytest.raises(MailFault) as fault:
        await Mail(account, now).send(MAILBOX, "题", "文", message_id="m1")

    assert (fault.value.code, fault.value.permanent) == (0, False)


async def test_the_sandbox_keeps_mails_and_strikes_when_told(ctl: Ctl) -> None:
    mail = await _mail(ctl)
    await ctl("/faults", {"target": "mail.send", "kind": "error", "errcode": 550, "count": 1})

    with pytest.raises(MailFault) as fault:
        await mail.send(MAILBOX, "题", "文", message_id="m1")
    await mail.send(MAILBOX, "题目", "第一行\n.第二行", message_id="m2")

    (kept,) = (await ctl(f"/mail?to={MAILBOX}"))["items"]
    assert fault.value.permanent
    assert (kept["subject"], kept["text"]) == ("题目", "第一行\n.第二行")
