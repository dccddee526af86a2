"""The risk ladder: every combination of what the server can see, against a table of its own."""

from itertools import product

import pytest

from handlers.risk import Signals, Step, score, step_for
from models.vocabulary import Role
from server.places import LOCAL

# desk, phone, points: qr-login §5.6, `same city` −1 and `other province` +2
PLACES = [
    ("", "", 0),
    ("黑龙江哈尔滨", "", 0),
    ("", "黑龙江哈尔滨", 0),
    ("黑龙江哈尔滨", "黑龙江哈尔滨", -1),
    ("黑龙江哈尔滨", "黑龙江大庆", 0),
    ("吉林长春", "吉林吉林", 0),
    ("黑龙江哈尔滨", "吉林长春", 2),
    ("河北石家庄", "河南郑州", 2),
    ("内蒙古呼和浩特", "黑龙江哈尔滨", 2),
    (LOCAL, LOCAL, -1),
    (LOCAL, "黑龙江哈尔滨", 0),
    ("黑龙江哈尔滨", LOCAL, 0),
]
ROLES = {(Role.LEGAL_REP, False): 1, (Role.LEGAL_REP, True): 1}
ROLES |= {(Role.CLERK, False): 0, (Role.CLERK, True): 1}
KNOWN = {True: -2, False: 0}
ADDRESS = {True: -2, False: 0}
HOSTING = {True: 3, False: 0}
SCANNERS = {0: 0, 10: 0, 11: 3}
HOURS = {0: 1, 5: 1, 6: 0, 23: 0}
PROVINCES = """
    北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南
    广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门
"""
RUNGS = {-5: Step.CONFIRM, 0: Step.CONFIRM, 1: Step.PAIR, 3: Step.PAIR, 4: Step.REFUSE}
RUNGS |= {11: Step.REFUSE}


def test_every_combination_of_signals_has_the_points_of_the_table() -> None:
    tried = 0
    for (role, first), known, address, (desk, phone, place), hosting, scanners, hour in product(
        ROLES, KNOWN, ADDRESS, PLACES, HOSTING, SCANNERS, HOURS
    ):
        expected = ROLES[role, first] + KNOWN[known] + ADDRESS[address] + place
        expected += HOSTING[hosting] + SCANNERS[scanners] + HOURS[hour]

        points = score(Signals(role, known, address, desk, phone, hosting, scanners, first, hour))

        assert points == expected, (role, first, known, address, desk, phone, hosting, hour)
        tried += 1
    assert tried == 4 * 2 * 2 * 12 * 2 * 3 * 4


@pytest.mark.parametrize("points", range(-6, 13))
def test_the_rungs_are_confirm_up_to_nought_pair_up_to_three_and_refuse_above(points: int) -> None:
    nearest = max(rung for rung in RUNGS if rung <= max(points, -5))

    assert step_for(points) is RUNGS[nearest]


def test_no_two_provinces_are_taken_for_one() -> None:
    for one, other in product(PROVINCES.split(), repeat=2):
        signals = _clerk(f"{one}甲", f"{other}乙")
        assert signals.other_province is (one != other)


def test_a_familiar_browser_in_the_office_at_noon_is_only_asked_to_confirm() -> None:
    assert step_for(score(_clerk("黑龙江哈尔滨", "黑龙江哈尔滨", known=True))) is Step.CONFIRM


def test_a_desk_in_another_province_asks_for_two_digits() -> None:
    assert step_for(score(_clerk("广东深圳", "黑龙江哈尔滨"))) is Step.PAIR


def test_a_strange_desk_in_another_province_at_night_is_refused_to_a_legal_representative() -> None:
    signals = Signals(Role.LEGAL_REP, False, False, "广东深圳", "黑龙江哈尔滨", False, 0, True, 2)

    assert step_for(score(signals)) is Step.REFUSE


def _clerk(desk: str, phone: str, *, known: bool = False) -> Signals:
    return Signals(Role.CLERK, known, False, desk, phone, False, 0, False, 12)
