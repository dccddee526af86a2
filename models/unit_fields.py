"""What is kept of a unit 单位信息, and how each field is changed (domain S0-2.2).

A table, because pages, refusals and tests all read it: what is changed at once, and what must be
filed and reviewed first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FieldPolicy(StrEnum):
    """How a field is changed: at once by the legal rep, or by filing an item that is reviewed."""

    DIRECT = "direct"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class UnitItem:
    """A matter 事项 that changes a unit's fields. materials: what has to be handed in with it."""

    code: str
    title: str
    materials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitField:
    """One field of a unit. item: what to file for it, None where it is changed at once."""

    name: str
    title: str
    item: UnitItem | None = None

    @property
    def policy(self) -> FieldPolicy:
        """How it is changed."""
        return FieldPolicy.DIRECT if self.item is None else FieldPolicy.REVIEW


_INFO = UnitItem(
    "unit_info_change",
    "单位信息变更",
    ("变更后的营业执照或登记证书", "变更银行账户的,开户许可证或开户证明"),
)
_KEY_INFO = UnitItem(
    "unit_key_info_change",
    "单位关键信息维护",
    ("变更后的营业执照或登记证书", "变更法人的,新法人的身份证件"),
)

UNIT_FIELDS: Mapping[str, UnitField] = {
    field.name: field
    for field in (
        UnitField("contact_name", "联系人"),
        UnitField("contact_phone", "联系电话"),
        UnitField("postal_address", "通信地址"),
        UnitField("name", "单位名称", _INFO),
        UnitField("address", "注册地址", _INFO),
        UnitField("bank_account", "银行账户", _INFO),
        UnitField("uscc", "统一社会信用代码", _KEY_INFO),
        UnitField("legal_rep_name", "法人姓名", _KEY_INFO),
        UnitField("legal_rep_id_no", "法人证件号码", _KEY_INFO),
    )
}
"""By name, in the order in which they are shown. Only the core system keeps the bank account."""
