"""What the no-script pages show, as plain values; and the words for a challenge's state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.vocabulary import ChallengeStatus, Role

ROLE_NAMES = {Role.LEGAL_REP: "法人", Role.CLERK: "办事员", Role.OFFICER: "经办机构人员"}
STILL_OPEN = frozenset(
    {
        ChallengeStatus.PENDING,
        ChallengeStatus.SCANNED,
        ChallengeStatus.GRANT_WAIT,
        ChallengeStatus.APPROVED,
    }
)
_STATUS_TEXTS = {
    ChallengeStatus.PENDING: "请用微信、支付宝或电子社保卡扫码",
    ChallengeStatus.SCANNED: "{who}已扫码。请在手机上核对身份和单位后确认登录。",
    ChallengeStatus.GRANT_WAIT: "已向法人发送授权申请,请等待法人在手机上同意。",
    ChallengeStatus.APPROVED: "手机已确认,正在进入,请稍候…",
    ChallengeStatus.EXCHANGED: "该二维码已完成登录。",
    ChallengeStatus.DENIED: "您已在手机上拒绝本次登录。",
    ChallengeStatus.CANCELLED: "本次登录已取消,或已在其他页面重新获取二维码。",
    ChallengeStatus.EXPIRED: "二维码已过期,请刷新!",
}


@dataclass(frozen=True, slots=True)
class PlainPairing:
    """The form for the two digits shown on the phone. message: what was wrong with the last try."""

    action_url: str
    fields: Mapping[str, str]
    message: str = ""


@dataclass(frozen=True, slots=True)
class PlainRefusal:
    """A catalogue entry as the no-script pages show it: 提示, 说明, 解决方案."""

    code: str
    title: str
    detail: str
    solutions: Sequence[str] = ()
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlainLogin:
    """One state of the no-script login page.

    qr_url: picture of the current frame, None once there is nothing to scan; next_url: where the
    page reloads itself from; role_urls: link per role; again_url: a new challenge, None while the
    first one is still to be scanned.
    """

    role: Role
    caption: str
    status: ChallengeStatus
    status_text: str
    next_url: str
    role_urls: Mapping[Role, str]
    qr_url: str | None = None
    again_url: str | None = None
    pairing: PlainPairing | None = None
    refusal: PlainRefusal | None = None


@dataclass(frozen=True, slots=True)
class PlainRelation:
    """One 参保关系: 险种, 单位编号, 参保机构."""

    insurance_name: str
    unit_no: str
    agency: str


@dataclass(frozen=True, slots=True)
class PlainUnit:
    """A unit to choose from, in one role."""

    id: str
    name: str
    role: Role
    relations: Sequence[PlainRelation] = ()


@dataclass(frozen=True, slots=True)
class PlainHome:
    """What the signed-in page says. person: the masked name; menus: (title, url) with a page."""

    role: Role
    unit: str
    person: str
    relations: Sequence[PlainRelation]
    menus: Sequence[tuple[str, str]] = ()
    switch_url: str | None = None


def status_text(status: ChallengeStatus, scanned_by: str | None = None) -> str:
    """Say a challenge's state in words. scanned_by: masked name (`张*`)."""
    return _STATUS_TEXTS[status].replace("{who}", scanned_by or "手机")
