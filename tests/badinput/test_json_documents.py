"""JSON as it should not be: every text is refused, and none of them leaves a trace."""

import time

import pytest

from models.errors.entry import Refusal
from server.bodies import read_json
from server.wire.bodies import IssueBody, ScanBody
from tests.badinput.json_cases import GOOD, refused_bodies
from tests.badinput.judging import faults_of_refusal, nothing_changes
from tests.live import Live

JSON = "application/json"
CHALLENGES = "/login/challenges"


async def test_no_bad_document_gets_past_the_live_server(live: Live) -> None:
    client, faults = live.client(), []

    async with nothing_changes(live):
        for name, body in refused_bodies():
            answer = await client.send("POST", CHALLENGES, raw=body)
            faults += [f"{name}: {fault}" for fault in faults_of_refusal(answer)]

    assert not faults, "\n".join(faults)


def test_there_are_many_kinds_of_bad_documents() -> None:
    assert len(list(refused_bodies())) >= 150


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        b' {"role" : "clerk"} ',
        b'\t{"role":\r\n"clerk"}\n',
        b'{"r\\u006fle":"cl\\u0065rk"}',
        b'{"role":"clerk","channel":"miniapp"}',
        b'{"channel":"ecard","role":"clerk"}',
    ],
)
def test_the_same_document_may_be_spelled_in_several_ways(body: bytes) -> None:
    assert read_json(JSON, body, IssueBody).role == "clerk"


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "Application/JSON",
    ],
)
def test_json_in_utf_8_is_what_we_read(content_type: str) -> None:
    assert read_json(content_type, GOOD, IssueBody).role == "clerk"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json, text/plain",
        "application/jsonp",
        "application/json; charset=gbk",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=gbk",
        "application/json; charset=",
    ],
)
async def test_another_content_type_is_refused(live: Live, content_type: str) -> None:
    async with nothing_changes(live):
        answer = await live.client().send(
            "POST", CHALLENGES, raw=GOOD, headers={"Content-Type": content_type}
        )

    assert not faults_of_refusal(answer)
    assert (answer.status, answer.code) == (415, "SB-9014")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"text":"a","scene":1}', "/source"),
        (b'{"text":"a","scene":1,"source":"link","more":1}', "/more"),
        (b'{"text":"a","scene":1,"source":"link","a/b~c":1}', "/a~1b~0c"),
        (b'{"text":1,"scene":1,"source":"link"}', "/text"),
        (b'{"text":"a","scene":"1","source":"link"}', "/scene"),
        (b'{"text":"a","scene":true,"source":"link"}', "/scene"),
        (b'{"text":"a","scene":1.5,"source":"link"}', "/scene"),
        (b'{"text":"a","scene":-1,"source":"link"}', "/scene"),
        (b'{"text":"a\\u0000","scene":1,"source":"link"}', "/text"),
        (b'{"text":"a","scene":1,"source":["\\u0000"]}', "/source/0"),
        (b'{"text":"a","scene":1,"source":{"a":[{"\\u202e":1}]}}', "/source/a/0/\ufffd"),
        (b'{"text":"a","scene":1,"source":"elsewhere"}', "/source"),
    ],
)
def test_a_fault_is_pointed_at(body: bytes, pointer: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_json(JSON, body, ScanBody)

    assert refused.value.status == 422
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_the_worst_document_below_the_limit_is_read_in_a_moment() -> None:
    slowest = max(_fastest_of_three(body) for _, body in refused_bodies())

    assert slowest < 0.05


def _fastest_of_three(body: bytes) -> float:
    """Seconds of this thread's own time; a garbage collection may fall into one of the tries."""
    tries = []
    for _ in range(3):
        began = time.thread_time()
        with pytest.raises(Refusal):
            read_json(JSON, body, IssueBody)
        tries.append(time.thread_time() - began)
    return min(tries)
