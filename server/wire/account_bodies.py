"""What clients send about accounts and their own data (contract §4, issue 3)."""

from typing import Annotated, Literal

from msgspec import Meta

from server.wire.bodies import SEEN, Body, Id

# Empty ones are let through: the manual has sentences for them (手册 5.2.1.1, 5.2.1.2).
AccountName = Annotated[str, Meta(max_length=64, pattern=SEEN)]
Password = Annotated[str, Meta(max_length=128, pattern=SEEN)]
Digits = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
Token = Annotated[str, Meta(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]


class PasswordLoginBody(Body, frozen=True):
    """Log in by password. account: a unit's USCC or the bound phone."""

    account: AccountName = ""
    password: Password = ""


class CodeBody(Body, frozen=True):
    """Ask for a one-time code to the bound phone or mailbox."""

    account: AccountName
    way: Literal["phone", "email"] = "phone"


class ResetBody(Body, frozen=True):
    """Set a password: with request and code, or with the token of a one-time link."""

    password: Password
    request: Id | None = None
    code: Digits | None = None
    token: Token | None = None


class OwnPasswordBody(Body, frozen=True):
    """Set one's own password; old: needed unless one has just come in by a scan."""

    password: Password
    old: Password | None = None


class ConsentBody(Body, frozen=True):
    """Agree to this version of the privacy notice."""

    version: Annotated[str, Meta(min_length=1, max_length=20, pattern=SEEN)]


class ContactBody(Body, frozen=True):
    """Send a code to a phone or mailbox that is to be bound."""

    way: Literal["phone", "email"]
    address: Annotated[str, Meta(min_length=1, max_length=100, pattern=SEEN)]


class BindBody(Body, frozen=True):
    """Bind the phone or mailbox that the code went to."""

    request: Id
    code: Digits
