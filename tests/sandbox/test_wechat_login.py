"""WeChat's login codes, tokens, phone numbers, codes and links."""

import re
from datetime import datetime

from sandbox.clock import BEIJING
from sandbox.credentials import WECHAT
from tests.sandbox.conftest import Line

CREDENTIALS = {
    "grant_type": "client_credential",
    "appid": WECHAT.appid,
    "secret": WECHAT.secret,
}
RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


async def test_a_login_code_names_its_user_once(line: Line) -> None:
    user = {"openid": "oAbc", "unionid": "uAbc"}
    code = (await line.post("/_ctl/wechat/users", user))["code"]

    first, second = await line.redeem(code), await line.redeem(code)

    assert (first["openid"], first["unionid"]) == ("oAbc", "uAbc")
    assert len(first["session_key"]) == 24
    assert second["errcode"] == 40029
    assert RID.search(second["errmsg"])


async def test_a_code_of_another_mini_program_is_refused(line: Line) -> None:
    other = {"openid": "oAbc", "appid": "wx239900anotherap"}
    code = (await line.post("/_ctl/wechat/users", other))["code"]

    answer = await line.redeem(code)

    assert answer["errcode"] == 40029


async def test_a_code_lasts_five_minutes(line: Line) -> None:
    code = (await line.post("/_ctl/wechat/users", {"openid": "oAbc"}))["code"]
    await line.post("/_ctl/clock", {"offset_s": 301})

    answer = await line.redeem(code)

    assert answer["errcode"] == 40029


async def test_each_faulty_parameter_of_code2session_has_its_own_number(line: Line) -> None:
    errors = [
        (await line.redeem("x", appid=""))["errcode"],
        (await line.redeem("x", secret=""))["errcode"],
        (await line.redeem(""))["errcode"],
        (await line.redeem("x", appid="wxunknown"))["errcode"],
        (await line.redeem("x", secret="wrong"))["errcode"],
        (await line.post("/wechat/sns/jscode2session", CREDENTIALS))["errcode"],
    ]

    assert errors == [41002, 41004, 41008, 40013, 40125, 41002]


async def test_code2session_calls_its_json_plain_text(line: Line) -> None:
    async with line.session.get(f"{line.url}/wechat/sns/jscode2session") as answer:
        assert (answer.status, answer.content_type) == (200, "text/plain")


async def test_a_stable_token_stays_until_its_last_five_minutes(line: Line) -> None:
    first = await line.post("/wechat/cgi-bin/stable_token", CREDENTIALS)
    await line.post("/_ctl/clock", {"offset_s": 6000})
    same = await line.post("/wechat/cgi-bin/stable_token", CREDENTIALS)
    await line.post("/_ctl/clock", {"offset_s": 6950})
    renewed = await line.post("/wechat/cgi-bin/stable_token", CREDENTIALS)

    assert first["access_token"] == same["access_token"]
    assert 1100 < same["expires_in"] <= 1200
    assert renewed["access_token"] != first["access_token"]
    assert await _errcode(line, first["access_token"]) == 40003  # the old one still works


async def test_stable_and_plain_tokens_do_not_touch_each_other(line: Line) -> None:
    stable = await line.wechat_token()
    plain = [await line.get("/wechat/cgi-bin/token", **CREDENTIALS) for _ in range(2)]

    assert plain[0]["access_token"] != plain[1]["access_token"]
    assert await line.wechat_token() == stable
    assert await _errcode(line, stable) == 40003


async def test_a_replaced_token_overlaps_for_five_minutes(line: Line) -> None:
    old = (await line.get("/wechat/cgi-bin/token", **CREDENTIALS))["access_token"]
    await line.get("/wechat/cgi-bin/token", **CREDENTIALS)

    assert await _errcode(line, old) == 40003
    await line.post("/_ctl/clock", {"offset_s": 301})
    assert await _errcode(line, old) == 40001


async def test_an_expired_token_is_told_from_an_unknown_one(line: Line) -> None:
    token = await line.wechat_token()
    await line.post("/_ctl/clock", {"offset_s": 7201})

    assert await _errcode(line, token) == 42001
    assert await _errcode(line, "made-up") == 40001
    assert await _errcode(line, "") == 41001


async def test_a_stable_token_can_be_forced_twenty_times_a_day_half_a_minute_apart(
    line: Line,
) -> None:
    forced = {**CREDENTIALS, "force_refresh": True}
    noon, tokens = _until_noon_s(), set()
    for nth in range(20):
        await line.post("/_ctl/clock", {"offset_s": noon + nth * 31})
        tokens.add((await line.post("/wechat/cgi-bin/stable_token", forced))["access_token"])
    soon = await line.post("/wechat/cgi-bin/stable_token", forced)
    await line.post("/_ctl/clock", {"offset_s": noon + 20 * 31})
    often = await line.post("/wechat/cgi-bin/stable_token", forced)

    assert len(tokens) == 20
    assert (soon["errcode"], often["errcode"]) == (45011, 45009)


def _until_noon_s() -> int:
    """Seconds to the next noon in Beijing: ten minutes from there are within one day."""
    now = datetime.now(BEIJING)
    return int((12 * 3600 - (now - now.replace(hour=0, minute=0)).total_seconds()) % 86400)


async def test_the_stable_token_is_had_by_posted_json_only(line: Line) -> None:
    path = "/wechat/cgi-bin/stable_token"
    by_get = await line.get(path, **CREDENTIALS)
    async with line.session.post(line.url + path, data=CREDENTIALS) as answer:
        by_form = await answer.json()
    empty = await line.session.post(line.url + path)

    assert by_get["errcode"] == 43002
    assert by_form["errcode"] == 47001
    assert (await empty.json())["errcode"] == 44002


async def test_a_phone_number_is_told_once_and_to_its_owner(line: Line) -> None:
    user = {"openid": "oAbc", "phone": "13800138000"}
    token = await line.wechat_token()
    path = "/wechat/wxa/business/getuserphonenumber"
    codes = [(await line.post("/_ctl/wechat/users", user))["phone_code"] for _ in range(2)]

    told = await line.post(path, {"code": codes[0], "openid": "oAbc"}, access_token=token)
    again = await line.post(path, {"code": codes[0]}, access_token=token)
    other = await line.post(path, {"code": codes[1], "openid": "oXyz"}, access_token=token)

    assert told["phone_info"]["purePhoneNumber"] == "13800138000"
    assert told["phone_info"]["watermark"]["appid"] == WECHAT.appid
    assert (again["errcode"], other["errcode"]) == (40029, 40003)


async def test_a_mini_program_code_is_an_image_and_its_failure_is_json(line: Line) -> None:
    token = await line.wechat_token()
    url = f"{line.url}/wechat/wxa/getwxacodeunlimit?access_token={token}"

    async with line.session.post(url, json={"scene": "c=1", "page": "pages/login"}) as answer:
        kind, picture = answer.content_type, await answer.read()
    async with line.session.post(url, json={"scene": "x" * 33}) as answer:
        failure = await answer.json()

    assert kind == "image/jpeg"
    assert picture.startswith(b"\xff\xd8\xff\xe0")
    assert picture.endswith(b"\xff\xd9")
    assert failure["errcode"] == 40169


async def test_the_rules_of_a_scene_and_its_page_are_kept(line: Line) -> None:
    await line.post("/_ctl/settings", {"published_pages": ["pages/login"]})
    token = await line.wechat_token()
    path = "/wechat/wxa/getwxacodeunlimit"
    wrong: dict[int, dict[str, object]] = {
        0: {"scene": ""},
        1: {"scene": "登录"},
        2: {"scene": "a%20b"},
        3: {"scene": "a", "page": "/pages/login"},
        4: {"scene": "a", "page": "pages/login?x=1"},
        5: {"scene": "a", "page": "pages/other"},
        6: {"scene": "a", "env_version": "formal"},
        7: {"scene": "a", "width": 100},
    }

    errors = [
        (await line.post(path, body, access_token=token))["errcode"] for body in wrong.values()
    ]

    assert errors == [40169, 40129, 40129, 41030, 41030, 41030, 40097, 40097]


async def test_a_scheme_lives_thirty_days_at_most(line: Line) -> None:
    token = await line.wechat_token()
    path = "/wechat/wxa/generatescheme"
    target = {"jump_wxa": {"path": "/pages/login", "query": "a=1"}}
    wrong: list[dict[str, object]] = [
        {**target, "expire_type": 1, "expire_interval": 31},
        {"jump_wxa": {"path": "/pages/login", "query": "q" * 1025}},
        {"jump_wxa": {"path": "//"}},
    ]

    good = await line.post(
        path, {**target, "expire_type": 1, "expire_interval": 30}, access_token=token
    )
    errors = [(await line.post(path, body, access_token=token))["errcode"] for body in wrong]

    assert re.fullmatch(r"weixin://dl/business/\?t=\w{11}", good["openlink"])
    assert errors == [85401, 40212, 40165]


async def _errcode(line: Line, token: str) -> int:
    """The errcode of a send to nobody: 40003 tells that the token was good."""
    answer = await line.post(
        "/wechat/cgi-bin/message/subscribe/send", {"touser": "nobody"}, access_token=token
    )
    return int(answer["errcode"])
