"""What the demonstration set consists of: plain frozen records, linked by their keys."""

from dataclasses import dataclass
from enum import StrEnum

from models.vocabulary import CardState, CertificateState, GrantStatus, IdType, Role


class UnitKind(StrEnum):
    """Kind of a unit 单位; the value is how its credit code begins."""

    COMPANY = "91"
    SOLE_TRADER = "92"
    INSTITUTION = "12"
    AUTHORITY = "11"
    COOPERATIVE = "N2"


class RegistrySource(StrEnum):
    """Who is asked about a unit at registration 三方校验 (手册 5.1.1)."""

    MARKET = "market"
    PENSION_ENTERPRISE = "pension_enterprise"
    PENSION_PUBLIC = "pension_public"


@dataclass(frozen=True, slots=True)
class DemoRegion:
    """A prefecture 市/地区, as a label. code: six digits of GB/T 2260."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """An agency 参保机构 with its window 窗口; address and hours are invented."""

    key: str
    region_code: str
    name: str
    address: str
    phone: str
    hours: str


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit. registered: whether its legal representative has an account here already."""

    uscc: str
    name: str
    kind: UnitKind
    region_code: str
    address: str
    registered: bool = True


@dataclass(frozen=True, slots=True)
class DemoRelation:
    """An insurance relation 参保关系 of a unit.

    unit_no: 单位编号; recorded_uscc: the code that the core system holds for it, which differs from
    uscc where the records are inconsistent; insurance: AAE140; pay_state: AAC031 (`1` 参保缴费).
    """

    unit_no: str
    uscc: str
    recorded_uscc: str
    insurance: str
    agency_key: str
    pay_state: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person as the e-card platform knows him."""

    key: str
    name: str
    id_type: IdType
    id_no: str
    phone: str
    card_state: CardState = CardState.OK


@dataclass(frozen=True, slots=True)
class DemoLegalRep:
    """A legal representative 法人 and his units. changed_from: whom he followed some days ago."""

    person_key: str
    usccs: tuple[str, ...]
    changed_from: str | None = None
    changed_days_ago: int | None = None


@dataclass(frozen=True, slots=True)
class DemoGrant:
    """A grant 授权 of a unit to a clerk 办事员, over some of its relations.

    typed_name, typed_id_no: what the legal representative typed, which may be wrong;
    from_day, to_day: days from the day of loading (negative: past); to_day None: 长期.
    """

    clerk_key: str
    uscc: str
    unit_nos: tuple[str, ...]
    status: GrantStatus
    typed_name: str
    typed_id_no: str
    id_type: IdType
    phone: str
    from_day: int
    to_day: int | None


@dataclass(frozen=True, slots=True)
class DemoCertificate:
    """A certificate 数字证书 of a unit, valid from one day to another, counted from the loading.

    serial: hex; problems: words of the checks that failed, joined by commas.
    """

    uscc: str
    serial: str
    issuer: str
    from_day: int
    to_day: int
    state: CertificateState = CertificateState.HELD
    problems: str = ""


@dataclass(frozen=True, slots=True)
class DemoRegistryRecord:
    """What one source answers for a credit code; no record means not found.

    available False: the source does not answer when it is asked for this code.
    """

    source: RegistrySource
    uscc: str
    name: str
    legal_rep_name: str
    legal_rep_id_no: str
    available: bool = True


@dataclass(frozen=True, slots=True)
class DemoApplication:
    """What a persona types to register a unit 单位注册."""

    person_key: str
    uscc: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class DemoPersona:
    """Somebody to play. happens: what one will see, in one Chinese sentence.

    role: as whom he scans; usccs: the units that he may enter or wants to register; expects: the
    catalogue code that he meets, None where all goes well or where the part is not about login.
    """

    key: str
    person_key: str
    name: str
    id_no: str
    id_type: IdType
    card_state: CardState
    role: Role
    usccs: tuple[str, ...]
    happens: str
    expects: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """All records; also one chunk of a province, whose later chunks have no regions or personas."""

    units: tuple[DemoUnit, ...]
    relations: tuple[DemoRelation, ...]
    people: tuple[DemoPerson, ...]
    legal_reps: tuple[DemoLegalRep, ...]
    grants: tuple[DemoGrant, ...]
    registry: tuple[DemoRegistryRecord, ...]
    regions: tuple[DemoRegion, ...] = ()
    agencies: tuple[DemoAgency, ...] = ()
    applications: tuple[DemoApplication, ...] = ()
    personas: tuple[DemoPersona, ...] = ()
    certificates: tuple[DemoCertificate, ...] = ()

    @property
    def clerks(self) -> tuple[DemoPerson, ...]:
        """The people who have a grant, whatever its status."""
        keys = {grant.clerk_key for grant in self.grants}
        return tuple(person for person in self.people if person.key in keys)
