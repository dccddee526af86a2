"""The risk ladder at a scan, signal by signal (qr-login §5.6)."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.risk import Signals, Step, score, step_for
from models.vocabulary import Role

QUIET = Signals(
    role=Role.CLERK,
    known_browser=False,
    same_address=False,
    desk_place="",
    phone_place="",
    hosting=False,
    scanners=0,
    first_login_of_unit=False,
    hour=10,
)


@pytest.mark.parametrize(
    ("signals", "points"),
    [
        ({}, 0),
        ({"known_browser": True}, -2),
        ({"same_address": True}, -2),
        ({"desk_place": "黑龙江哈尔滨", "phone_place": "黑龙江哈尔滨"}, -1),
        ({"desk_place": "黑龙江哈尔滨", "phone_place": "黑龙江大庆"}, 0),
        ({"desk_place": "河北石家庄", "phone_place": "河北唐山"}, 0),
        ({"desk_place": "河北石家庄", "phone_place": "河南郑州"}, 2),
        ({"desk_place": "黑龙江哈尔滨", "phone_place": "上海市上海"}, 2),
        ({"desk_place": "黑龙江哈尔滨", "phone_place": ""}, 0),
        ({"hosting": True}, 3),
        ({"scanners": 10}, 0),
        ({"scanners": 11}, 3),
        ({"role": Role.LEGAL_REP}, 1),
        ({"first_login_of_unit": True}, 1),
        ({"role": Role.LEGAL_REP, "first_login_of_unit": True}, 1),
        ({"hour": 0}, 1),
        ({"hour": 5}, 1),
        ({"hour": 6}, 0),
        ({"hour": 23}, 0),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else str(value),
)
def test_each_signal_counts_as_the_design_says(signals: dict[str, Any], points: int) -> None:
    assert score(replace(QUIET, **signals)) == points


@pytest.mark.parametrize(
    ("points", "step"),
    [
        (-5, Step.CONFIRM),
        (0, Step.CONFIRM),
        (1, Step.PAIR),
        (3, Step.PAIR),
        (4, Step.REFUSE),
        (9, Step.REFUSE),
    ],
)
def test_the_points_decide_the_rung(points: int, step: Step) -> None:
    assert step_for(points) is step
