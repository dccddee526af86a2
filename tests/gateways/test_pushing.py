"""What each platform's answer means for a message: every errcode, every kind of silence."""

import json
from collections.abc import Mapping

import pytest

from models.errors.login import PLATFORM_UNAVAILABLE
from models.errors.system import BUSY
from notify.channels.base import Address, Delivered, GiveUp, Message, Outcome, Reason, TryLater
from server.gateways.alipay import AlipayAnswer
from server.gateways.mail import MailFault
from server.gateways.pushing import (
    WECHAT_OUTCOMES,
    AlipayChannel,
    MailChannel,
    SmsChannel,
    WeChatChannel,
)
from server.gateways.sms import SmsRefused
from server.gateways.transport import TransportFault
from server.gateways.wechat import SubscribeSend
from server.gateways.wechat_codes import ACTIONS, Action, action_for

TO = Address("open_id:o1", "a1")
MESSAGE = Message("t1", {"keyword1": "人员新增"}, "pages/a", title="标题", text="正文", once="7")
LOST = TransportFault("timeout", "api", sent=True)
UNSENT = TransportFault("refused", "api", sent=False)


class Says:
    """A gateway of any kind that gives one answer, or raises it."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.asked: list[Mapping[str, str]] = []

    def _answer(self, asked: Mapping[str, str]) -> object:
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def send_subscribe(
        self, openid: str, template_id: str, page: str | None, fields: Mapping[str, str]
    ) -> SubscribeSend:
        answer = self._answer({"openid": openid, "template": template_id, **fields})
        assert isinstance(answer, SubscribeSend)
        return answer

    async def call(self, method: str, params: Mapping[str, str]) -> AlipayAnswer:
        answer = self._answer({"method": method, **params})
        assert isinstance(answer, AlipayAnswer)
        return answer


class Sends:
    """A gateway of texts or mails."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    async def send(self, to: str, *texts: str, message_id: str) -> str:
        if isinstance(self.answer, Exception):
            raise self.answer
        return f"{to} {' '.join(texts)} {message_id}"


def test_every_action_of_an_errcode_but_success_has_its_outcome() -> None:
    assert set(WECHAT_OUTCOMES) == set(Action) - {Action.OK}


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [
        (-1, TryLater(Reason.BUSY, code="-1")),
        (40001, TryLater(Reason.TOKEN, code="40001")),
        (42001, TryLater(Reason.TOKEN, code="42001")),
        (45009, TryLater(Reason.QUOTA, after_s=600.0, code="45009")),
        (43108, TryLater(Reason.CROWDED, code="43108")),
        (43101, GiveUp(Reason.NO_CONSENT, "43101")),
        (40003, GiveUp(Reason.RECIPIENT, "40003")),
        (47003, GiveUp(Reason.TEMPLATE, "47003 thing3")),
        (40037, GiveUp(Reason.TEMPLATE, "40037 thing3")),
        (41030, GiveUp(Reason.TEMPLATE, "41030 thing3")),
        (48001, GiveUp(Reason.FORBIDDEN, "48001")),
        (99999, GiveUp(Reason.FORBIDDEN, "99999")),
    ],
)
async def test_an_errcode_of_wechat_means_what_the_table_says(
    errcode: int, outcome: Outcome
) -> None:
    field = "thing3" if "thing3" in getattr(outcome, "code", "") else None
    sent = SubscribeSend(action_for(errcode), errcode, field=field)

    assert await WeChatChannel(Says(sent)).send(TO, MESSAGE) == outcome


@pytest.mark.parametrize("errcode", ACTIONS)
async def test_no_errcode_is_left_without_an_outcome(errcode: int) -> None:
    sent = SubscribeSend(action_for(errcode), errcode, msgid="9")

    outcome = await WeChatChannel(Says(sent)).send(TO, MESSAGE)

    assert isinstance(outcome, Delivered) is (errcode == 0)


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        (SubscribeSend(Action.OK, 0, msgid="18643"), Delivered("18643")),
        (SubscribeSend(Action.OK, 0), Delivered(None)),
        (SubscribeSend(Action.RETRY, None, unknown=True), TryLater(Reason.UNANSWERED)),
        (SubscribeSend(Action.RETRY, None), TryLater(Reason.UNREACHABLE)),
        (
            SubscribeSend(Action.RETRY, None, retry_after_s=7),
            TryLater(Reason.UNREACHABLE, after_s=7.0),
        ),
    ],
)
async def test_silence_of_wechat_is_told_apart_from_not_having_asked(
    sent: SubscribeSend, outcome: Outcome
) -> None:
    assert await WeChatChannel(Says(sent)).send(TO, MESSAGE) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (AlipayAnswer("10000", None, signed=True, fields={}), Delivered()),
        (
            AlipayAnswer("10000", None, signed=False, fields={}),
            GiveUp(Reason.FORBIDDEN, "10000"),
        ),
        (
            AlipayAnswer("40004", "USER_TEMPLATE_ILLEGAL", signed=True, fields={}),
            GiveUp(Reason.TEMPLATE, "USER_TEMPLATE_ILLEGAL"),
        ),
        (
            AlipayAnswer("40002", "isv.invalid-openid", signed=True, fields={}),
            GiveUp(Reason.RECIPIENT, "isv.invalid-openid"),
        ),
        (
            AlipayAnswer("20000", "isp.what-now", signed=False, fields={}),
            TryLater(Reason.BUSY, code="isp.what-now"),
        ),
        (LOST, TryLater(Reason.UNANSWERED)),
        (UNSENT, TryLater(Reason.UNREACHABLE)),
        (PLATFORM_UNAVAILABLE.refuse(retry_after_s=3), TryLater(Reason.UNREACHABLE, after_s=3.0)),
    ],
)
async def test_an_answer_of_alipay_means_what_the_table_says(
    answer: object, outcome: Outcome
) -> None:
    assert await AlipayChannel(Says(answer)).send(TO, MESSAGE) == outcome


async def test_alipay_is_told_by_which_kind_of_id_the_person_is_known() -> None:
    gateway = Says(AlipayAnswer("10000", None, signed=True, fields={}))

    await AlipayChannel(gateway).send(TO, MESSAGE)

    content = json.loads(gateway.asked[0]["biz_content"])
    assert content["to_open_id"] == "o1"
    assert json.loads(content["data"]) == {"keyword1": {"value": "人员新增"}}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("", Delivered("open_id:o1 正文 7")),
        (SmsRefused("bad_phone"), GiveUp(Reason.RECIPIENT, "bad_phone")),
        (SmsRefused("quota"), TryLater(Reason.QUOTA, after_s=600.0, code="quota")),
        (SmsRefused("no_such_word"), GiveUp(Reason.FORBIDDEN, "no_such_word")),
        (LOST, TryLater(Reason.UNANSWERED)),
        (BUSY.refuse(retry_after_s=2), TryLater(Reason.UNREACHABLE, after_s=2.0)),
    ],
)
async def test_an_answer_of_the_sms_gateway_means_what_the_table_says(
    answer: object, outcome: Outcome
) -> None:
    assert await SmsChannel(Sends(answer)).send(TO, MESSAGE) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("", Delivered()),
        (MailFault(550, permanent=True), GiveUp(Reason.RECIPIENT, "550")),
        (MailFault(451, permanent=False), TryLater(Reason.BUSY, code="451")),
        (MailFault(0, permanent=False), TryLater(Reason.UNANSWERED)),
    ],
)
async def test_an_answer_of_the_mail_server_means_what_the_table_says(
    answer: object, outcome: Outcome
) -> None:
    assert await MailChannel(Sends(answer)).send(TO, MESSAGE) == outcome
