"""What clients send to register a unit (contract §7)."""

from typing import Annotated

from msgspec import Meta

from models.vocabulary import IdType
from server.wire.account_bodies import Password
from server.wire.bodies import SEEN, Body

# Form and check characters have sentences of their own (SB-1003, SB-1004).
Uscc = Annotated[str, Meta(min_length=1, max_length=40, pattern=SEEN)]
UnitName = Annotated[str, Meta(min_length=1, max_length=120, pattern=SEEN)]
PersonName = Annotated[str, Meta(min_length=1, max_length=100, pattern=SEEN)]
IdNo = Annotated[str, Meta(min_length=1, max_length=40, pattern=SEEN)]
Phone = Annotated[str, Meta(min_length=1, max_length=20, pattern=SEEN)]

Carried = Annotated[str, Meta(min_length=2, max_length=400, pattern=r"^[0-9a-f]*$(?!\n)")]


class LegalRepBody(Body, frozen=True):
    """The legal representative, as in the document."""

    name: PersonName
    id_no: IdNo
    id_type: IdType = IdType.RESIDENT_ID


class RegistrationBody(Body, frozen=True):
    """A unit to register, for a legal representative who is typed or carried over from a scan.

    carried: the token of `POST /login/challenges/{id}/carry`, instead of legal_rep.
    password: taken from clients that send one, and kept nowhere: who typed it has not proved to be
    the legal representative, who sets one after the first scan.
    """

    uscc: Uscc
    name: UnitName
    phone: Phone
    legal_rep: LegalRepBody | None = None
    carried: Carried | None = None
    password: Password | None = None
