"""Signing in by WeChat, phone numbers, codes and links (platforms §1.1)."""

import pytest

from models.errors.entry import Entry
from models.errors.login import PLATFORM_CODE_INVALID, PLATFORM_UNAVAILABLE, RISK_BLOCKED
from models.vocabulary import Platform
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says
from tests.gateways.wechat_wire import APPID, HTML, JPEG, SESSION, Open, Wire, refused


async def test_signing_in_needs_no_access_token(wire: Wire, open_wechat: Open) -> None:
    wire.says(SESSION, {"openid": "o239900", "session_key": "c2VjcmV0", "unionid": "u239900"})
    async with Peer(wire) as peer:
        account = await (await open_wechat(peer)).sign_in("code-1")

        assert (account.platform, account.kind) == (Platform.WECHAT, "openid")
        assert (account.appid, account.subject, account.unionid) == (APPID, "o239900", "u239900")
        assert [(a.method, a.path) for a in peer.asked] == [("GET", SESSION)]
        assert peer.asked[0].query["js_code"] == "code-1"


async def test_signing_in_reads_json_that_calls_itself_text(wire: Wire, open_wechat: Open) -> None:
    wire.says(SESSION, Answer(b'{"openid":"o1","session_key":"k"}', content_type="text/plain"))
    async with Peer(wire) as peer:
        account = await (await open_wechat(peer)).sign_in("code-1")

    assert (account.subject, account.unionid) == ("o1", None)


@pytest.mark.parametrize(
    ("errcode", "entry", "retry_after_s"),
    [
        (40029, PLATFORM_CODE_INVALID, None),
        (40163, PLATFORM_CODE_INVALID, None),
        (40226, RISK_BLOCKED, None),
        (45011, PLATFORM_UNAVAILABLE, 60),
        (40013, PLATFORM_UNAVAILABLE, 5),
        (40125, PLATFORM_UNAVAILABLE, 5),
        (99999, PLATFORM_UNAVAILABLE, 5),
    ],
)
async def test_each_errcode_of_signing_in_has_its_own_refusal(
    errcode: int, entry: Entry, retry_after_s: int | None, wire: Wire, open_wechat: Open
) -> None:
    wire.says(SESSION, {"errcode": errcode, "errmsg": "invalid code rid: 65713974-7970e3f9"})
    async with Peer(wire) as peer:
        refusal = await refused((await open_wechat(peer)).sign_in("code-1"))

        assert (refusal.entry, refusal.retry_after_s) == (entry, retry_after_s)
        assert len(peer.asked) == 1


@pytest.mark.parametrize("code", ["", "a b", "é", "x" * 257, "a\r\nb"])
async def test_a_code_that_cannot_be_one_never_leaves(
    code: str, wire: Wire, open_wechat: Open
) -> None:
    async with Peer(wire) as peer:
        refusal = await refused((await open_wechat(peer)).sign_in(code))

        assert refusal.entry is PLATFORM_CODE_INVALID
        assert peer.asked == []


@pytest.mark.parametrize(
    "says",
    [
        HTML,
        Answer(b""),
        Answer(b"[]"),
        Answer(b"{}"),
        Answer(b'{"openid": ""}'),
        Answer(b'{"errcode": true}'),
        Answer(status=502, body=b"<html>"),
        RESET,
        SILENCE,
    ],
)
async def test_what_is_no_answer_is_unavailable_and_the_code_is_not_spent_twice(
    says: Says, wire: Wire, open_wechat: Open
) -> None:
    wire.says(SESSION, says)
    async with Peer(wire) as peer:
        refusal = await refused((await open_wechat(peer)).sign_in("code-1"))

        assert refusal.entry is PLATFORM_UNAVAILABLE
        assert refusal.title == "微信服务暂不可用,请稍后再试!"
        assert len(peer.asked) == 1


async def test_a_busy_platform_is_asked_again_but_not_for_ever(
    wire: Wire, open_wechat: Open
) -> None:
    busy = {"errcode": -1, "errmsg": "system error"}
    wire.says(SESSION, busy, {"openid": "o1", "session_key": "k"})
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)
        account = await wechat.sign_in("code-1")
        wire.says(SESSION, busy)
        refusal = await refused(wechat.sign_in("code-2"))

        assert account.subject == "o1"
        assert refusal.entry is PLATFORM_UNAVAILABLE
        assert len(peer.asked) == 2 + 3


async def test_a_platform_that_is_down_is_left_alone_after_five_faults(
    wire: Wire, open_wechat: Open
) -> None:
    wire.says(SESSION, Answer(status=503))
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)
        refusals = [await refused(wechat.sign_in(f"code-{n}")) for n in range(20)]

        assert {refusal.entry for refusal in refusals} == {PLATFORM_UNAVAILABLE}
        assert (refusals[-1].retry_after_s or 0) >= 9
        assert len(peer.asked) == 5


async def test_a_phone_number_is_believed_only_with_our_watermark(
    wire: Wire, open_wechat: Open
) -> None:
    path = "/wxa/business/getuserphonenumber"
    info = {"purePhoneNumber": "19900000000", "countryCode": 86, "watermark": {"appid": APPID}}
    wire.says(
        path,
        {"errcode": 0, "errmsg": "ok", "phone_info": info},
        {"errcode": 0, "errmsg": "ok", "phone_info": {**info, "watermark": {"appid": "wxother"}}},
    )
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)
        phone = await wechat.get_phone_number("code")
        refusal = await refused(wechat.get_phone_number("code"))

    assert (phone.country_code, phone.number) == ("86", "19900000000")
    assert refusal.entry is PLATFORM_UNAVAILABLE


async def test_a_mini_program_code_is_an_image_or_a_refusal(wire: Wire, open_wechat: Open) -> None:
    wire.says(
        "/wxa/getwxacodeunlimit",
        Answer(JPEG, content_type="image/jpeg"),
        {"errcode": 41030, "errmsg": "invalid page rid: 1"},
        {"errcode": 0, "errmsg": "ok"},
    )
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)
        image = await wechat.unlimited_code("abc", "pages/scan/index")
        asked = peer.asked[-1].json()
        refusals = [await refused(wechat.unlimited_code("abc", "pages/scan/index")) for _ in "ab"]

    assert image == JPEG
    assert (asked["check_path"], asked["env_version"], asked["width"]) == (True, "release", 430)
    assert {refusal.entry for refusal in refusals} == {PLATFORM_UNAVAILABLE}


@pytest.mark.parametrize("scene", ["", "a" * 33, "中文", "a b", "100%"])
async def test_a_scene_outside_the_alphabet_is_our_own_mistake(
    scene: str, wire: Wire, open_wechat: Open
) -> None:
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)
        with pytest.raises(ValueError, match="scene"):
            await wechat.unlimited_code(scene, "pages/scan/index")


async def test_a_scheme_is_a_weixin_link(wire: Wire, open_wechat: Open) -> None:
    wire.says("/wxa/generatescheme", {"errcode": 0, "openlink": "weixin://dl/business/?t=abc"})
    async with Peer(wire) as peer:
        link = await (await open_wechat(peer)).generate_scheme("pages/a", "q=1", days=7)

        assert link == "weixin://dl/business/?t=abc"
        assert peer.asked[-1].json()["jump_wxa"] == {
            "path": "pages/a",
            "query": "q=1",
            "env_version": "release",
        }


async def test_wechatpys_own_api_classes_work_over_our_transport(
    wire: Wire, open_wechat: Open
) -> None:
    wire.says("/cgi-bin/wxopen/template/list", {"errcode": 0, "list": [{"template_id": "t"}]})
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)

        answer = await wechat._client.wxa._post("cgi-bin/wxopen/template/list", data={"offset": 0})

        assert answer["list"] == [{"template_id": "t"}]
        assert peer.asked[-1].json() == {"offset": 0}
