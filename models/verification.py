"""What comes of the three registries' answers to a registration: a pure rule (手册 5.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.errors.entry import Entry
from models.errors.registration import (
    LEGAL_REP_MISMATCH,
    UNIT_NAME_MISMATCH,
    UNIT_NOT_VERIFIED,
    VERIFICATION_UNAVAILABLE,
)
from models.vocabulary import RegistrationStatus


class Result(StrEnum):
    """What one registry makes of what was typed."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"


class Field(StrEnum):
    """What a registry that knows the unit can find wrong; the USCC is what it was asked by."""

    NAME = "name"
    LEGAL_REP_NAME = "legal_rep_name"
    LEGAL_REP_ID_NO = "legal_rep_id_no"


_OF_LEGAL_REP = frozenset({Field.LEGAL_REP_NAME, Field.LEGAL_REP_ID_NO})


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One registry's result. mismatched: the fields that differ, never their values."""

    source: str
    result: Result
    mismatched: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the registration, and the sentence for it; none when it is active."""

    status: RegistrationStatus
    entry: Entry | None


def decide(results: Sequence[SourceResult]) -> Verdict:
    """One match is enough; without one, silence decides nothing, and then all answers count.

    Nowhere found: the unit waits for its data. Found somewhere, nowhere right: refused with what
    is wrong in every registry that knows it, so a right name beside a wrong legal representative
    is not called a wrong name.
    """
    kinds = {each.result for each in results}
    if Result.MATCH in kinds:
        return Verdict(RegistrationStatus.ACTIVE, None)
    if Result.UNAVAILABLE in kinds:
        return Verdict(RegistrationStatus.VERIFYING, VERIFICATION_UNAVAILABLE)
    if Result.MISMATCH not in kinds:
        return Verdict(RegistrationStatus.WAITING_SYNC, UNIT_NOT_VERIFIED)
    return Verdict(RegistrationStatus.FAILED, _of_fields(results))


def _of_fields(results: Sequence[SourceResult]) -> Entry:
    wrong = {field for each in results for field in each.mismatched}
    if wrong <= _OF_LEGAL_REP:
        return LEGAL_REP_MISMATCH
    return UNIT_NAME_MISMATCH if wrong == {Field.NAME} else UNIT_NOT_VERIFIED
