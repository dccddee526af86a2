"""What comes of three registries' answers, in each of the 216 ways they can differ."""

from collections.abc import Sequence
from itertools import product

import pytest

from models.verification import Field, Result, SourceResult, decide
from models.vocabulary import RegistrationStatus

SOURCES = ("market", "pension_enterprise", "pension_public")
_NAME, _REP = (Field.NAME,), (Field.LEGAL_REP_NAME,)
ANSWERS: tuple[tuple[Result, tuple[Field, ...]], ...] = (
    (Result.MATCH, ()),
    (Result.MISMATCH, _NAME),
    (Result.MISMATCH, _REP),
    (Result.MISMATCH, _NAME + _REP),
    (Result.NOT_FOUND, ()),
    (Result.UNAVAILABLE, ()),
)
COMBINATIONS = [
    tuple(SourceResult(source, *answer) for source, answer in zip(SOURCES, each, strict=True))
    for each in product(ANSWERS, repeat=3)
]


def count(status: RegistrationStatus, code: str) -> int:
    """How many combinations end so."""
    verdicts = [decide(each) for each in COMBINATIONS]
    told = [(each.status, each.entry.code if each.entry else "") for each in verdicts]
    return told.count((status, code))


def test_every_combination_ends_as_counted_by_hand() -> None:
    # 6³ in all; without a match 5³, without silence 4³, of which one is "nowhere".
    assert len(COMBINATIONS) == 216
    assert count(RegistrationStatus.ACTIVE, "") == 216 - 125
    assert count(RegistrationStatus.VERIFYING, "SB-1005") == 125 - 64
    assert count(RegistrationStatus.WAITING_SYNC, "SB-1001") == 1
    # Only the name wrong, or only the legal representative, beside "not found": 2³ less nowhere.
    assert count(RegistrationStatus.FAILED, "SB-1008") == 7
    assert count(RegistrationStatus.FAILED, "SB-1007") == 7
    assert count(RegistrationStatus.FAILED, "SB-1001") == 64 - 1 - 7 - 7


@pytest.mark.parametrize("results", COMBINATIONS)
def test_the_order_of_the_registries_changes_nothing(results: Sequence[SourceResult]) -> None:
    verdict = decide(results)

    assert decide(results[::-1]) == verdict
    assert decide((*results[1:], results[0])) == verdict


@pytest.mark.parametrize("results", COMBINATIONS)
def test_silence_is_never_taken_for_not_found(results: Sequence[SourceResult]) -> None:
    silent = Result.UNAVAILABLE in {each.result for each in results}

    if silent:
        assert decide(results).status in (RegistrationStatus.ACTIVE, RegistrationStatus.VERIFYING)
    else:
        assert decide(results).status is not RegistrationStatus.VERIFYING


def test_a_document_number_alone_is_the_legal_representative_s_fault() -> None:
    verdict = decide([SourceResult("market", Result.MISMATCH, (Field.LEGAL_REP_ID_NO,))])

    assert verdict.entry is not None
    assert verdict.entry.code == "SB-1007"
