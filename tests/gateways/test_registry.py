"""The registries: not found is an answer, no answer is not "not found"."""

import pytest

from handlers.ports import Found, NotFound, Source, Unavailable
from server.gateways.registry import Registry
from tests.gateways.conftest import OpenTransport
from tests.gateways.fakes import RESET, SILENCE, Answer, Peer, Says

USCC = "91239900MA00000000"
UNIT = {"uscc": USCC, "name": "测试公司", "legal_rep": {"name": "张三", "id_no": "239900X"}}


@pytest.mark.parametrize("source", list(Source))
async def test_a_known_unit_is_found(source: Source, open_transport: OpenTransport) -> None:
    answer = Answer.of_json({"result": "found", "unit": UNIT})
    async with Peer(lambda _: answer) as peer:
        told = await Registry(await open_transport(peer.url)).look_up(source, USCC)

        assert told == Found(USCC, "测试公司", "张三", "239900X")
        assert (peer.asked[0].path, peer.asked[0].query) == (f"/{source.value}", {"uscc": USCC})


async def test_a_registry_without_the_id_number_says_so(open_transport: OpenTransport) -> None:
    answer = Answer.of_json({"result": "found", "unit": {**UNIT, "legal_rep": "张三"}})
    async with Peer(lambda _: answer) as peer:
        told = await Registry(await open_transport(peer.url)).look_up(Source.MARKET, USCC)

    assert told == Found(USCC, "测试公司", "张三", None)


async def test_an_unknown_unit_is_not_found(open_transport: OpenTransport) -> None:
    async with Peer(lambda _: Answer.of_json({"result": "not_found"})) as peer:
        told = await Registry(await open_transport(peer.url)).look_up(Source.MARKET, USCC)

    assert told == NotFound()


@pytest.mark.parametrize(
    "says",
    [
        Answer.of_json({"result": "unavailable"}),
        Answer.of_json({"result": "found"}),
        Answer.of_json({"result": "found", "unit": {**UNIT, "legal_rep": 5}}),
        Answer.of_json({"result": "found", "unit": {**UNIT, "uscc": "91239900MA00000001"}}),
        Answer.of_json([]),
        Answer(b""),
        Answer(b"<html></html>"),
        Answer(status=404),
        Answer(status=503),
        RESET,
        SILENCE,
    ],
)
async def test_whatever_is_no_answer_is_unavailable(
    says: Says, open_transport: OpenTransport
) -> None:
    async with Peer(lambda _: says) as peer:
        transport = await open_transport(peer.url, total_s=1.5)

        assert await Registry(transport).look_up(Source.MARKET, USCC) == Unavailable()


async def test_one_registry_that_is_down_does_not_silence_the_others(
    open_transport: OpenTransport,
) -> None:
    def script(asked: object) -> Answer:
        path = getattr(asked, "path", "")
        down = path == "/market"
        return Answer(status=404) if down else Answer.of_json({"result": "not_found"})

    async with Peer(script) as peer:
        registry = Registry(await open_transport(peer.url))
        market = [await registry.look_up(Source.MARKET, USCC) for _ in range(10)]
        pension = await registry.look_up(Source.PENSION_ENTERPRISE, USCC)

        assert market == [Unavailable()] * 10
        assert pension == NotFound()
        assert len(peer.asked) == 5 + 1
