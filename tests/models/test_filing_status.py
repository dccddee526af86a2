"""The order of a filing's statuses as data (domain §7.1)."""

from models.filing import FILING_AFTER, FILING_LABELS, FILING_NEXT
from models.vocabulary import FilingStatus

ENDS = {"completed", "rejected", "withdrawn", "expired", "voided"}


def test_every_status_has_a_label_that_fits_a_phrase_field() -> None:
    assert set(FILING_LABELS) == set(FilingStatus)
    assert max(map(len, FILING_LABELS.values())) <= 5


def test_every_status_can_be_reached_from_a_draft() -> None:
    assert FILING_AFTER[FilingStatus.DRAFT] == set(FilingStatus) - {FilingStatus.DRAFT}


def test_nothing_comes_after_an_end() -> None:
    assert {status.value for status in FilingStatus if not FILING_NEXT[status]} == ENDS


def test_nothing_comes_back_from_an_approval() -> None:
    assert FilingStatus.REVIEWING not in FILING_AFTER[FilingStatus.APPROVED]
    assert FilingStatus.REVIEWING in FILING_AFTER[FilingStatus.CORRECTION]
