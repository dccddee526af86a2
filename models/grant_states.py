"""The states of a grant as data: which follow which, and who may cause it (domain §7.2)."""

from collections.abc import Mapping

from models.vocabulary import GrantParty, GrantStatus, ItemGroup

_CLERK, _REP, _MANAGER = GrantParty.CLERK, GrantParty.LEGAL_REP, GrantParty.MANAGER
_WINDOW, _SYSTEM = GrantParty.WINDOW, GrantParty.SYSTEM
_ENDERS = frozenset({_CLERK, _REP, _WINDOW})
_APPROVERS = frozenset({_REP, _MANAGER})

GRANT_FIRST: Mapping[GrantStatus, frozenset[GrantParty]] = {
    GrantStatus.REQUESTED: frozenset({_CLERK}),
    GrantStatus.OFFERED: frozenset({_REP}),
    GrantStatus.SCHEDULED: frozenset({_REP, _WINDOW}),
    GrantStatus.ACTIVE: frozenset({_REP, _WINDOW}),
}
"""States in which a grant begins, and who brings it about."""

GRANT_NEXT: Mapping[GrantStatus, Mapping[GrantStatus, frozenset[GrantParty]]] = {
    GrantStatus.REQUESTED: {
        GrantStatus.ACTIVE: _APPROVERS,
        GrantStatus.SCHEDULED: _APPROVERS,
        GrantStatus.DENIED: _APPROVERS,
        GrantStatus.CANCELLED: frozenset({_CLERK, _REP, _MANAGER}),
        GrantStatus.LAPSED: frozenset({_SYSTEM}),
    },
    GrantStatus.OFFERED: {
        GrantStatus.ACTIVE: frozenset({_CLERK, _REP, _MANAGER, _WINDOW}),
        GrantStatus.SCHEDULED: frozenset({_CLERK, _REP, _MANAGER, _WINDOW}),
        GrantStatus.SUSPENDED: frozenset({_REP, _SYSTEM}),
        GrantStatus.EXPIRED: frozenset({_SYSTEM}),
        GrantStatus.REVOKED: _ENDERS,
    },
    GrantStatus.SCHEDULED: {
        GrantStatus.ACTIVE: frozenset({_REP, _MANAGER, _WINDOW, _SYSTEM}),
        GrantStatus.SUSPENDED: frozenset({_REP, _SYSTEM}),
        GrantStatus.EXPIRED: frozenset({_SYSTEM}),
        GrantStatus.REVOKED: _ENDERS,
    },
    GrantStatus.ACTIVE: {
        GrantStatus.SCHEDULED: frozenset({_REP}),
        GrantStatus.SUSPENDED: frozenset({_REP, _SYSTEM}),
        GrantStatus.EXPIRED: frozenset({_SYSTEM}),
        GrantStatus.REVOKED: _ENDERS,
    },
    GrantStatus.SUSPENDED: {
        GrantStatus.ACTIVE: frozenset({_REP}),
        GrantStatus.SCHEDULED: frozenset({_REP}),
        GrantStatus.OFFERED: frozenset({_REP}),
        GrantStatus.EXPIRED: frozenset({_SYSTEM}),
        GrantStatus.REVOKED: _ENDERS,
    },
    GrantStatus.EXPIRED: {},
    GrantStatus.REVOKED: {},
    GrantStatus.DENIED: {},
    GrantStatus.CANCELLED: {},
    GrantStatus.LAPSED: {},
}
"""Which state may follow which, and who may cause it. A request that is approved while a live grant
exists is merged into that one: it becomes `cancelled` with `merged_into`."""

LIVE = (
    GrantStatus.OFFERED,
    GrantStatus.SCHEDULED,
    GrantStatus.ACTIVE,
    GrantStatus.SUSPENDED,
)
"""States of which a unit and a clerk have at most one row together."""

GRANT_LABELS: Mapping[GrantStatus, str] = {
    GrantStatus.REQUESTED: "待审批",
    GrantStatus.OFFERED: "待确认",
    GrantStatus.SCHEDULED: "待生效",
    GrantStatus.ACTIVE: "生效中",
    GrantStatus.SUSPENDED: "已暂停",
    GrantStatus.EXPIRED: "已到期",
    GrantStatus.REVOKED: "已撤销",
    GrantStatus.DENIED: "已拒绝",
    GrantStatus.CANCELLED: "已取消",
    GrantStatus.LAPSED: "已失效",
}
"""What people read; at most five characters, so that it fits a message's `phrase` field."""

ITEM_GROUP_LABELS: Mapping[ItemGroup, str] = {
    ItemGroup.EMPLOYEES: "人员增减",
    ItemGroup.BASES: "缴费基数申报",
    ItemGroup.UNIT_INFO: "单位信息变更",
    ItemGroup.CERTIFICATES: "数字证书",
    ItemGroup.PRINTS: "查询与证明打印",
}
"""业务范围 as people read it."""

ALL_ITEMS = "*"
MOST_MANAGERS = 5
