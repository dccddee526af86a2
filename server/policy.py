"""Who may call a route: declared on every route, denied where nothing is declared."""

from dataclasses import dataclass
from enum import StrEnum

from models.errors.entry import Entry
from models.errors.grant import GRANTS_NOT_YOURS
from models.errors.officer import DUTY_MISSING
from models.errors.system import FORBIDDEN
from models.errors.unit import PROFILE_NOT_YOURS
from models.vocabulary import Duty, Role


class Access(StrEnum):
    """What a caller must hold.

    public: nothing · browser: the cookie that began the challenge · phone: a bearer token ·
    person: a bearer token of a phone with an e-card · signed_in: a desk's or phone's session with
    a person, before or after entering a unit · unit: a session that has entered one ·
    officer: a session of the agency's console · operator: the machine itself, or development mode ·
    ingest: an existing system, which signs with a key of ours · platform: WeChat, Alipay or the
    e-card platform; its route checks what it signs.
    """

    PUBLIC = "public"
    BROWSER = "browser"
    PHONE = "phone"
    PERSON = "person"
    SIGNED_IN = "signed_in"
    UNIT = "unit"
    OFFICER = "officer"
    OPERATOR = "operator"
    INGEST = "ingest"
    PLATFORM = "platform"


_WITH_SESSION = frozenset(
    {Access.PHONE, Access.PERSON, Access.SIGNED_IN, Access.UNIT, Access.OFFICER}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """access, and the roles or duties it is for (empty: any; one of several is enough).

    refusal: what the wrong role or duty is told.
    """

    access: Access
    roles: frozenset[Role] = frozenset()
    refusal: Entry = FORBIDDEN
    duties: frozenset[Duty] = frozenset()

    @property
    def needs_session(self) -> bool:
        """Whether a session is looked up at all."""
        return self.access in _WITH_SESSION


PUBLIC = Policy(Access.PUBLIC)
BROWSER = Policy(Access.BROWSER)
PHONE = Policy(Access.PHONE)
PERSON = Policy(Access.PERSON)
SIGNED_IN = Policy(Access.SIGNED_IN)
UNIT = Policy(Access.UNIT)
OPERATOR = Policy(Access.OPERATOR)
INGEST = Policy(Access.INGEST)
PLATFORM = Policy(Access.PLATFORM)
UNIT_GRANTS = Policy(Access.UNIT, frozenset({Role.LEGAL_REP}), GRANTS_NOT_YOURS)
UNIT_PROFILE = Policy(Access.UNIT, frozenset({Role.LEGAL_REP}), PROFILE_NOT_YOURS)
GRANT_DECISIONS = Policy(Access.UNIT, frozenset({Role.LEGAL_REP, Role.CLERK}), GRANTS_NOT_YOURS)
"""The legal representative, and clerks who are delegated managers, which the handler checks."""


def officers(*duties: Duty) -> Policy:
    """A route of the console for whoever holds one of the duties; none named: every officer."""
    return Policy(Access.OFFICER, refusal=DUTY_MISSING, duties=frozenset(duties))


OFFICER = officers()
WINDOW = officers(Duty.WINDOW)
SYSADMIN = officers(Duty.SYSADMIN)
SECADMIN = officers(Duty.SECADMIN)
AUDITADMIN = officers(Duty.AUDITADMIN)
