"""Subscribe messages: rights to send, and values that the platform refuses."""

import re
from typing import Any

import pytest

from sandbox.wechat.errors import WeChatError
from sandbox.wechat.fields import check_data
from tests.sandbox.conftest import Line

TEMPLATE = "BEwX0BOT3MqK3Uc5oTU3CGBqzjpndk2jzUf7VfExd8"
GOOD = {
    "thing1": {"value": "员工增加申报"},
    "phrase2": {"value": "审核通过"},
    "time3": {"value": "2026年1月5日 15:01"},
}
SEND = "/wechat/cgi-bin/message/subscribe/send"


async def _send(line: Line, data: object = None, **other: object) -> Any:
    body = {"touser": "oAbc", "template_id": TEMPLATE, "data": data or GOOD, **other}
    return await line.post(SEND, body, access_token=await line.wechat_token())


async def _accepted(line: Line, count: int = 1) -> None:
    body = {"openid": "oAbc", "template_id": TEMPLATE, "accept": True, "count": count}
    await line.post("/_ctl/wechat/subscribe", body)


async def test_each_accepted_prompt_pays_for_one_message(line: Line) -> None:
    await _accepted(line, count=2)

    answers = [await _send(line, page="pages/filing?id=1") for _ in range(3)]

    assert [answer["errcode"] for answer in answers] == [0, 0, 43101]
    sent = (await line.get("/_ctl/wechat/sent", openid="oAbc"))["items"]
    assert [message["msgid"] for message in sent] == [one["msgid"] for one in answers[:2]]
    assert sent[0]["data"] == GOOD
    assert (await line.get("/_ctl/wechat/sent", openid="oXyz"))["items"] == []


async def test_a_refused_prompt_pays_for_nothing(line: Line) -> None:
    body = {"openid": "oAbc", "template_id": TEMPLATE, "accept": False}
    await line.post("/_ctl/wechat/subscribe", body)

    assert (await _send(line))["errcode"] == 43101


async def test_switching_a_template_off_takes_the_rights_away(line: Line) -> None:
    await _accepted(line)
    body = {"openid": "oAbc", "template_id": TEMPLATE, "accept": False, "via": "settings"}
    await line.post("/_ctl/wechat/subscribe", body)

    assert (await _send(line))["errcode"] == 43101


async def test_a_long_term_template_is_paid_once_for_all(line: Line) -> None:
    templates = {"templates": {TEMPLATE: list(GOOD)}, "long_term": [TEMPLATE]}
    await line.post("/_ctl/wechat/templates", templates)
    await line.post("/_ctl/wechat/users", {"openid": "oAbc"})

    assert [(await _send(line))["errcode"] for _ in range(3)] == [0, 0, 0]


async def test_unknown_people_templates_and_pages_are_refused(line: Line) -> None:
    await _accepted(line)
    await line.post("/_ctl/settings", {"published_pages": ["pages/home"]})
    await line.post("/_ctl/wechat/templates", {"templates": {TEMPLATE: list(GOOD)}})

    assert (await _send(line, touser="oNobody"))["errcode"] == 40003
    assert (await _send(line, template_id="A" * 43))["errcode"] == 40037
    assert (await _send(line, page="pages/other"))["errcode"] == 41030
    assert (await _send(line, data={"thing1": {"value": "x"}}))["errcode"] == 47003
    assert (await _send(line, page="pages/home?id=1"))["errcode"] == 0


async def test_real_payloads_that_the_platform_refused_are_refused(
    line: Line, vectors: dict[str, Any]
) -> None:
    await _accepted(line)
    named = {"phrase > 5 hanzi": "phrase10", "upstream error names date2": "date2"}

    for item in vectors["wechat"]["send_rejected_by_platform"]["items"]:
        answer = await _send(line, data=item["data"])

        key = named.get(item["why"], next(iter(item["data"])))
        assert answer["errcode"] == item["errcode"]
        assert answer["errmsg"].startswith(f"argument invalid! data.{key}.value invalid rid: ")
    assert (await line.get("/_ctl/wechat/sent"))["items"] == []


async def test_error_texts_have_the_shape_of_real_ones(line: Line, vectors: dict[str, Any]) -> None:
    await _accepted(line)
    token = await line.wechat_token()
    code = "/wechat/wxa/getwxacodeunlimit"
    await line.post("/_ctl/faults", {"target": "wechat.phone", "kind": "error", "errcode": 48001})
    ours = [
        await _send(line, data={"thing3": {"value": ""}}),
        await _send(line, template_id="short"),
        await line.redeem("unknown"),
        await line.redeem("x", appid="wxunknown"),
        await line.redeem("x", appid=""),
        await line.redeem(""),
        await line.post(code, {"scene": "x" * 33}, access_token=token),
        await line.post("/wechat/wxa/business/getuserphonenumber", {}),
    ]
    await _send(line)
    ours.append(await _send(line))

    real = vectors["wechat"]["errmsg_samples"]["items"]
    assert {_shape(one) for one in ours} == {_shape(one) for one in real}


def _shape(answer: dict[str, Any]) -> tuple[int, str]:
    """Number and text, without what changes from call to call (41008 is in an older wording)."""
    text = re.sub(r"(,? hints: \[ req_id: \S+ \]| rid: \S+)$", "", answer["errmsg"])
    return answer["errcode"], re.sub(r"\[\w+(-\w+)?\]", "[]", text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "二十个字以内的任意组合abc123!?。"),
        ("number2", "-12.50"),
        ("letter3", "ABC"),
        ("symbol4", "!?"),
        ("character_string5", "SB-2102/x y"),
        ("time6", "15:01"),
        ("time6", "2019年10月1日 15:01"),
        ("date7", "2019年10月1日"),
        ("date7", "2019-12-25 09:42"),
        ("amount8", "¥1234.50元"),
        ("phone_number9", "+86-0451-82345678"),
        ("car_number10", "黑A12345"),
        ("name11", "迪丽热巴·某某"),
        ("name11", "Anne-Marie O'Neil"),
        ("name11", "㛃某"),
        ("phrase12", "审核不通过"),
    ],
)
def test_a_value_of_its_kind_is_taken(key: str, value: str) -> None:
    check_data({key: {"value": value}}, None)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "二" * 21),
        ("thing1", "两\n行"),
        ("number2", "12a"),
        ("letter3", "ABC1"),
        ("symbol4", "!!!!!!"),
        ("character_string5", "单号12"),
        ("character_string5", "x" * 33),
        ("time6", "25:01"),
        ("date7", "2020年03月19日"),
        ("amount8", "$$5"),
        ("phone_number9", "1" * 18),
        ("car_number10", "黑A12345678"),
        ("name11", "用户410774"),
        ("name11", "二" * 11),
        ("phrase12", "审核通过1"),
        ("phrase12", "审核不能通过"),
        ("phrase", "通过"),
        ("unknown1", "x"),
    ],
)
def test_a_value_outside_its_kind_is_refused(key: str, value: str) -> None:
    with pytest.raises(WeChatError) as refused:
        check_data({key: {"value": value}}, None)

    assert (refused.value.errcode, refused.value.more) == (47003, f"data.{key}.value invalid")
