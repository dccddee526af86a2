"""What to do about each WeChat errcode (platforms §1.6), as data."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Action(StrEnum):
    """What an errcode asks of us.

    ok: done; retry: try again, soon at first; refresh_token: the access token is bad; alarm: our
    configuration or permission is wrong, nobody but us can mend it; no_quota: this person did not
    subscribe; bad_openid: the binding is broken; bad_content: template, page or data is wrong;
    stop_queue: the day's quota of this API is used up; wait_minute: try again after a minute;
    bad_code: the person's one-time code is invalid; blocked: the platform holds them for a risk.
    """

    OK = "ok"
    RETRY = "retry"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105
    ALARM = "alarm"
    NO_QUOTA = "no_quota"
    BAD_OPENID = "bad_openid"
    BAD_CONTENT = "bad_content"
    STOP_QUEUE = "stop_queue"
    WAIT_MINUTE = "wait_minute"
    BAD_CODE = "bad_code"
    BLOCKED = "blocked"


ACTIONS: Mapping[int, Action] = MappingProxyType(
    {
        0: Action.OK,
        -1: Action.RETRY,
        40001: Action.REFRESH_TOKEN,
        40014: Action.REFRESH_TOKEN,
        42001: Action.REFRESH_TOKEN,
        40002: Action.ALARM,
        40013: Action.ALARM,
        40125: Action.ALARM,
        40164: Action.ALARM,
        41002: Action.ALARM,
        41004: Action.ALARM,
        48001: Action.ALARM,
        48004: Action.ALARM,
        61004: Action.ALARM,
        43101: Action.NO_QUOTA,
        40003: Action.BAD_OPENID,
        40037: Action.BAD_CONTENT,
        40097: Action.BAD_CONTENT,
        40129: Action.BAD_CONTENT,
        40165: Action.BAD_CONTENT,
        40169: Action.BAD_CONTENT,
        40212: Action.BAD_CONTENT,
        41030: Action.BAD_CONTENT,
        85079: Action.BAD_CONTENT,
        85401: Action.BAD_CONTENT,
        47001: Action.BAD_CONTENT,
        47003: Action.BAD_CONTENT,
        45009: Action.STOP_QUEUE,
        45011: Action.WAIT_MINUTE,
        40029: Action.BAD_CODE,
        40163: Action.BAD_CODE,
        41008: Action.BAD_CODE,
        40226: Action.BLOCKED,
    }
)

_RID = re.compile(r"(?:rid: |req_id: )([0-9A-Za-z_-]{1,64})")
_FIELD = re.compile(r"data\.([0-9A-Za-z_.]{1,40})\.value")


def action_for(errcode: int) -> Action:
    """The action for an errcode; one that we do not know is ours to look at, never a retry."""
    return ACTIONS.get(errcode, Action.ALARM)


def trace_of(errmsg: str) -> str | None:
    """The platform's request id at the end of errmsg, to quote to their support."""
    found = _RID.search(errmsg)
    return found.group(1) if found else None


def field_of(errmsg: str) -> str | None:
    """The template field that a 47003 complains about (`thing3`)."""
    found = _FIELD.search(errmsg)
    return found.group(1) if found else None
