"""Invented names of people and units, drawn from short lists."""

from random import Random

from server.demo.shapes import UnitKind

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_FIRST_GIVEN = "晓文志海建秀玉明春国思雨子佳美天永新丽家"
_SECOND_GIVEN = "华军强敏芳勇杰娟涛超霞平刚桂英梅琳峰宁洁"
_SYLLABLES = "松雪北辰江源兴安龙泉黑河丰泽林海朝阳红旗青山白桦金谷银川春风嘉禾瑞和"
_TRADES = (
    "食品加工",
    "木业",
    "农机",
    "软件",
    "物流",
    "建材",
    "餐饮管理",
    "医药",
    "乳业",
    "粮油",
    "旅游",
    "环保",
    "印刷",
    "家具",
    "服装",
    "机电",
)
_ENDINGS = {
    UnitKind.COMPANY: "有限公司",
    UnitKind.SOLE_TRADER: "经营部",
    UnitKind.INSTITUTION: "服务中心",
    UnitKind.AUTHORITY: "管理局",
    UnitKind.COOPERATIVE: "股份经济合作社",
}


def person_name(rng: Random) -> str:
    """A name of two or three characters; names repeat, as they do in life."""
    second = rng.choice(_SECOND_GIVEN) if rng.random() < 0.8 else ""
    return rng.choice(_SURNAMES) + rng.choice(_FIRST_GIVEN) + second


def unit_name(kind: UnitKind, number: int) -> str:
    """The name of a unit in 演示市, which does not exist; different for numbers below 628 864."""
    rest, trade = divmod(number, len(_TRADES))
    word = ""
    for _ in range(3):
        rest, syllable = divmod(rest, len(_SYLLABLES))
        # Shifted by what stands before it, so that neighbours do not read alike.
        word += _SYLLABLES[(syllable * 5 + len(word) * 7 + trade) % len(_SYLLABLES)]
    return f"演示市{word}{_TRADES[trade]}{_ENDINGS[kind]}"
