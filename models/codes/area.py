"""Which administrative areas a number may name; a hint for the reader, never a reason to refuse."""

import re

# GB/T 2260. The table is short on purpose: counties come and go, and holders of a number that was
# given before or after an edition of the table are people too (domain §3.2).
PREFECTURES = {
    "2301": "哈尔滨市",
    "2302": "齐齐哈尔市",
    "2303": "鸡西市",
    "2304": "鹤岗市",
    "2305": "双鸭山市",
    "2306": "大庆市",
    "2307": "伊春市",
    "2308": "佳木斯市",
    "2309": "七台河市",
    "2310": "牡丹江市",
    "2311": "黑河市",
    "2312": "绥化市",
    "2327": "大兴安岭地区",
}
_OF_THE_PROVINCE_ITSELF = "2300"
# Numbers keep the area of the day they were given; these 地区 were merged into cities since.
_ABOLISHED = frozenset({"2321", "2322", "2323", "2324", "2325", "2326"})
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")


def is_known(area: str) -> bool:
    """Whether six digits name a province or, in 黑龙江, a prefecture that exists or existed."""
    if area[:2] != "23":
        return _PROVINCE.fullmatch(area[:2]) is not None
    four = area[:4]
    return four in PREFECTURES or four in _ABOLISHED or four == _OF_THE_PROVINCE_ITSELF
