"""Who may call a route: declared on every route, denied where nothing is declared."""

from dataclasses import dataclass
from enum import StrEnum

from models.errors.entry import Entry
from models.errors.grant import GRANTS_NOT_YOURS
from models.errors.system import FORBIDDEN
from models.vocabulary import Role


class Access(StrEnum):
    """What a caller must hold.

    public: nothing · browser: the cookie that began the challenge · phone: a bearer token ·
    person: a bearer token of a phone with an e-card · signed_in: a desk's or phone's session with
    a person, before or after entering a unit · unit: a session that has entered one ·
    operator: the machine itself, or development mode.
    """

    PUBLIC = "public"
    BROWSER = "browser"
    PHONE = "phone"
    PERSON = "person"
    SIGNED_IN = "signed_in"
    UNIT = "unit"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Policy:
    """access, and the roles it is for (empty: any). refusal: what the wrong role is told."""

    access: Access
    roles: frozenset[Role] = frozenset()
    refusal: Entry = FORBIDDEN

    @property
    def needs_session(self) -> bool:
        """Whether a session is looked up at all."""
        return self.access in (Access.PHONE, Access.PERSON, Access.SIGNED_IN, Access.UNIT)


PUBLIC = Policy(Access.PUBLIC)
BROWSER = Policy(Access.BROWSER)
PHONE = Policy(Access.PHONE)
PERSON = Policy(Access.PERSON)
SIGNED_IN = Policy(Access.SIGNED_IN)
UNIT = Policy(Access.UNIT)
OPERATOR = Policy(Access.OPERATOR)
UNIT_GRANTS = Policy(Access.UNIT, frozenset({Role.LEGAL_REP}), GRANTS_NOT_YOURS)
