"""What is kept of a person, for that person: on the page, and as the file of an export."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers import consents
from handlers.password_logins import LASTS
from handlers.tools import Tools
from models.account import Account
from models.errors.system import NOT_FOUND
from models.filing import Filing
from models.grant import Grant
from models.grant_states import GRANT_LABELS
from models.identity import Identity
from models.inbox import InboxMessage
from models.masking import mask_openid
from models.person import KnownBrowser, Person, PlatformAccount
from models.privacy import Closure, ClosureStatus, Consent, DataExport, ExportStatus
from models.unit import LegalRep


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's own account as the page shows it; identity and email are in clear."""

    identity: Identity
    email: str | None
    account: Account | None
    password_ends_at: datetime | None
    consent: Consent | None
    export: DataExport | None
    closure: Closure | None


async def profile(tools: Tools, person_id: str) -> Profile:
    """What the page of one's own account shows. Refuses: NOT_FOUND."""
    person = await Person.get_or_none(id=person_id)
    if person is None:
        raise NOT_FOUND.refuse()
    account = await Account.get_or_none(person_id=person_id)
    return Profile(
        identity=person.open(tools.vault),
        email=person.email(tools.vault),
        account=account,
        password_ends_at=account.changed_at + LASTS if account else None,
        consent=await consents.current(person_id),
        export=await open_export(person_id),
        closure=await open_closure(person_id),
    )


async def open_export(person_id: str) -> DataExport | None:
    """The export that is being made or waits to be fetched."""
    return await DataExport.get_or_none(
        person_id=person_id, status__in=(ExportStatus.WAITING, ExportStatus.READY)
    )


async def open_closure(person_id: str) -> Closure | None:
    """The request to close the account that is cooling off."""
    return await Closure.get_or_none(person_id=person_id, status=ClosureStatus.COOLING)


async def everything(tools: Tools, person: Person) -> dict[str, Any]:
    """All that is kept of a person, under Chinese headings, in clear: for the person alone."""
    identity = person.open(tools.vault)
    account = await Account.get_or_none(person_id=person.id)
    return {
        "本人信息": {
            "姓名": identity.name,
            "证件类型": identity.id_type.value,
            "证件号码": identity.id_no,
            "手机号码": identity.phone,
            "邮箱": person.email(tools.vault),
            "首次登录": _text(person.created_at),
            "最近登录": _text(person.last_login_at),
        },
        "密码账号": {"修改时间": _text(account.changed_at), "状态": account.status.value}
        if account
        else None,
        "小程序账号": [
            {
                "平台": row.platform.value,
                "标识": mask_openid(row.subject),
                "绑定": _text(row.bound_at),
            }
            for row in await PlatformAccount.filter(person_id=person.id)
        ],
        "登录过的浏览器": [
            {"最近使用": _text(row.seen_at)}
            for row in await KnownBrowser.filter(person_id=person.id)
        ],
        "同意记录": [
            {"版本": row.version, "同意": _text(row.given_at), "撤回": _text(row.withdrawn_at)}
            for row in await Consent.filter(person_id=person.id)
        ],
        "消息": [
            {"主题": row.topic.value, "时间": _text(row.created_at), "已读": _text(row.read_at)}
            for row in await InboxMessage.filter(person_id=person.id).order_by("-id").limit(1000)
        ],
        **await _acting(person),
    }


async def _acting(person: Person) -> dict[str, Any]:
    same = {"id_type": person.id_type, "id_no_index": person.id_no_index}
    return {
        "担任法人的单位": [
            {"单位": row.unit.name, "起": _text(row.since), "止": _text(row.ended_at)}
            for row in await LegalRep.filter(**same).select_related("unit")
        ],
        "办事员授权": [
            {
                "单位": row.unit.name,
                "状态": GRANT_LABELS[row.status],
                "起": _text(row.valid_from),
                "止": _text(row.valid_to),
            }
            for row in await Grant.filter(**same).select_related("unit")
        ],
        "提交的申报": [
            {"单位": row.unit.name, "事项": row.item, "状态": row.status.value}
            for row in await Filing.filter(submitted_by_id=person.id).select_related("unit")
        ],
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
