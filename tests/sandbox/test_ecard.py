"""The e-card platform behind its service bus."""

from typing import Any

import pytest

from tests.sandbox.conftest import Line
from tests.sandbox.csb_client import CsbClient, csb_signature

SOMEBODY = {"name": "张某", "id_no": "239900196905180577", "card_state": "ok"}


@pytest.fixture
async def csb(line: Line) -> CsbClient:
    credentials = await line.get("/_ctl/credentials")
    return CsbClient(line, credentials["ecard"])


def test_the_signature_is_that_of_the_vector(vectors: dict[str, Any]) -> None:
    vector = vectors["ecard"]["csb_signature"]

    assert csb_signature(vector["secret_key"], vector["params"]) == vector["signature"]


async def test_a_person_from_the_e_card_app_is_named_once(line: Line, csb: CsbClient) -> None:
    person = await line.post("/_ctl/ecard/people", SOMEBODY)
    sign_no = csb.unseal(person["security"])["signNo"]

    told = await csb.result("auth_encrypt", signNo=sign_no)
    again = await csb.call("auth_encrypt", signNo=sign_no)
    other = await csb.result("auth_encrypt", signNo=person["sign_no"])

    assert told == other
    assert (told["aac002"], told["aac003"]) == (SOMEBODY["id_no"], SOMEBODY["name"])
    assert (told["esscNo"], told["aaz502"]) == (person["essc_no"], "1")
    assert set(told) >= {"aab301", "aaz500"}
    assert again == {"msgCode": 701, "msg": "签发号无效或已使用", "result": None}


async def test_an_issue_number_lasts_five_minutes(line: Line, csb: CsbClient) -> None:
    person = await line.post("/_ctl/ecard/people", SOMEBODY)
    await line.post("/_ctl/clock", {"offset_s": 299})
    # The bus lets a clock be five minutes off, no more.
    await line.post("/_ctl/ecard/people", SOMEBODY)
    await line.post("/_ctl/clock", {"offset_s": 0})
    await line.post("/_ctl/clock", {"offset_s": 300})
    headers = csb.headers("auth_encrypt", _api_timestamp=str(await _now_ms(line)))
    body = {"security": csb.seal(_own(csb) | {"signNo": person["sign_no"]})}

    assert (await csb.send(headers, body))["msgCode"] == 701


@pytest.mark.parametrize(
    ("card_state", "aaz502"),
    [("sealed", "0"), ("lost", "2"), ("app_locked", "3"), ("temp_lost", "4"), ("cancelled", "9")],
)
async def test_an_abnormal_card_is_told_not_refused(
    line: Line, csb: CsbClient, card_state: str, aaz502: str
) -> None:
    person = await line.post("/_ctl/ecard/people", {**SOMEBODY, "card_state": card_state})

    told = await csb.result("auth_encrypt", signNo=person["sign_no"])

    assert told["aaz502"] == aaz502


@pytest.mark.parametrize(
    ("card_state", "msg_code"), [("none", "100404"), ("region_closed", "100405")]
)
async def test_a_person_without_a_card_is_a_business_error(
    line: Line, csb: CsbClient, card_state: str, msg_code: str
) -> None:
    person = await line.post("/_ctl/ecard/people", {**SOMEBODY, "card_state": card_state})

    answer = await csb.call("auth_encrypt", signNo=person["sign_no"])

    assert (answer["msgCode"], answer["result"]) == (msg_code, None)


async def test_only_the_card_number_is_told_when_the_province_keeps_the_rest(
    line: Line, csb: CsbClient
) -> None:
    await line.post("/_ctl/settings", {"full_identity": False})
    person = await line.post("/_ctl/ecard/people", SOMEBODY)

    told = await csb.result("auth_encrypt", signNo=person["sign_no"])
    rest = await csb.result("essc_card_query_encrypt", esscNo=told["esscNo"])

    assert told == {"esscNo": person["essc_no"]}
    assert (rest["aac002"], rest["aac003"], rest["aaz502"]) == (
        SOMEBODY["id_no"],
        SOMEBODY["name"],
        "1",
    )


async def test_a_qr_code_is_scanned_then_confirmed(line: Line, csb: CsbClient) -> None:
    person = await line.post("/_ctl/ecard/people", SOMEBODY)
    qr = await csb.result("qrcode_channel_encrypt", systemName=csb.channel["system_name"])
    scan = {"qr_code": qr["qrCode"], "essc_no": person["essc_no"]}
    states = []

    states.append(await csb.result("qrcode_channel_query_encrypt", qrCode=qr["qrCode"]))
    await line.post("/_ctl/ecard/scan", scan)
    states.append(await csb.result("qrcode_channel_query_encrypt", qrCode=qr["qrCode"]))
    await line.post("/_ctl/ecard/scan", {**scan, "confirm": True})
    states.append(await csb.result("qrcode_channel_query_encrypt", qrCode=qr["qrCode"]))

    assert [state["state"] for state in states] == ["PENDING", "SCANEND", "CONFIRMED"]
    assert "aac002" not in states[1]
    assert states[2]["aac002"] == SOMEBODY["id_no"]
    assert qr["qRCodeBase64Src"].startswith("data:image/jpeg;base64,/9j/")


async def test_a_declined_qr_code_is_invalid_for_good(line: Line, csb: CsbClient) -> None:
    person = await line.post("/_ctl/ecard/people", SOMEBODY)
    qr = await csb.result("qrcode_channel_encrypt", systemName="x")
    scan = {"qr_code": qr["qrCode"], "essc_no": person["essc_no"]}

    await line.post("/_ctl/ecard/scan", {**scan, "confirm": False})
    late = await line.post("/_ctl/ecard/scan", {**scan, "confirm": True})

    told = await csb.result("qrcode_channel_query_encrypt", qrCode=qr["qrCode"])
    assert (late["state"], told) == ("INVALID", {"state": "INVALID"})


async def test_a_qr_code_expires(line: Line, csb: CsbClient) -> None:
    await line.post("/_ctl/settings", {"qr_life_s": 60})
    person = await line.post("/_ctl/ecard/people", SOMEBODY)
    qr = await csb.result("qrcode_channel_encrypt", systemName="x")
    await line.post("/_ctl/clock", {"offset_s": 61})

    scan = {"qr_code": qr["qrCode"], "essc_no": person["essc_no"], "confirm": True}
    late = await line.post("/_ctl/ecard/scan", scan)

    assert (qr["expireTime"], late["state"]) == (60, "EXPIRED")
    told = await csb.result("qrcode_channel_query_encrypt", qrCode=qr["qrCode"])
    assert told == {"state": "EXPIRED"}


async def test_a_presented_code_names_its_person_once(line: Line, csb: CsbClient) -> None:
    person = await line.post("/_ctl/ecard/people", SOMEBODY)
    shown = await line.post("/_ctl/ecard/present", {"essc_no": person["essc_no"]})
    asked = {"qrCode": shown["qr_code"], "busiType": "01", "systemName": "x"}

    told = await csb.result("qrcode_valid_encrypt", **asked)
    again = await csb.call("qrcode_valid_encrypt", **asked)

    assert (told["aac002"], set(told)) == (SOMEBODY["id_no"], {"aac002", "aac003", "aaz500"})
    assert again["msgCode"] == 702


async def test_the_issue_state_of_a_card_can_be_asked(line: Line, csb: CsbClient) -> None:
    await line.post("/_ctl/ecard/people", SOMEBODY)
    who = {"aac002": SOMEBODY["id_no"], "aac003": SOMEBODY["name"]}

    known = await csb.result("v2_sign_valid_encrypt", **who)
    unknown = await csb.result("v2_sign_valid_encrypt", **{**who, "aac003": "李某"})

    assert (known["signState"], unknown["signState"]) == ("1", "0")


async def test_the_bus_refuses_a_wrong_key_a_wrong_clock_and_a_replay(csb: CsbClient) -> None:
    body = {"security": csb.seal(_own(csb) | {"systemName": "x"})}
    api = "qrcode_channel_encrypt"
    once = csb.headers(api, _api_nonce="7")

    answers = [
        await csb.send(csb.headers(api) | {"_api_signature": "AAAA"}, body),
        await csb.send(csb.headers(api, _api_access_key="other"), body),
        await csb.send(csb.headers(api, _api_timestamp="1507884348630"), body),
        (await csb.send(once, body), await csb.send(once, body))[1],
    ]

    assert [answer["csbCode"] for answer in answers] == [403] * 4
    assert all("msgCode" not in answer for answer in answers)


async def test_an_unknown_api_is_the_brokers_own_error(
    csb: CsbClient, vectors: dict[str, Any]
) -> None:
    answer = await csb.send(csb.headers("nothing_like_it"), {"security": "x"})

    assert (answer["code"], answer["csbCode"], answer["state"]) == (503, 503, {})
    assert answer["message"].startswith("[503]service not registed, key is : ")
    real = vectors["ecard"]["envelope_rules"]["broker_error"]
    assert all(f'"{name}"' in real for name in answer)


@pytest.mark.parametrize("security", ["", "not base64!", "AAAAAAAAAAAAAAAAAAAAAA=="])
async def test_an_envelope_that_does_not_open_is_a_failure(csb: CsbClient, security: str) -> None:
    answer = await csb.send(csb.headers("auth_encrypt"), {"security": security})

    assert answer == {"msgCode": 700, "msg": "失败", "result": None}


async def test_another_channels_number_is_a_failure(csb: CsbClient) -> None:
    other = _own(csb) | {"channelNo": "1", "systemName": "x"}

    answer = await csb.send(csb.headers("qrcode_channel_encrypt"), {"security": csb.seal(other)})

    assert answer["msgCode"] == 700


def _own(csb: CsbClient) -> dict[str, object]:
    return {"channelNo": csb.channel["channel_no"], "accessNo": csb.channel["access_no"]}


async def _now_ms(line: Line) -> int:
    return int((await line.post("/_ctl/clock", {"offset_s": 300}))["now"] * 1000)
