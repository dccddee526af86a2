"""What the challenge script's words mean to a person: one table from word to catalogue entry."""

from typing import TypeVar

from models.errors.entry import Entry
from models.errors.filing import STATE_CHANGED
from models.errors.login import TOO_OFTEN
from models.errors.phone import CHALLENGE_UNKNOWN
from models.errors.scan import LOGIN_DENIED, PAIRING_OWED, QR_EXPIRED, QR_TAKEN, ROLE_SWITCHED
from models.store.challenge import Answer

T = TypeVar("T")

_DESK: dict[str, Entry] = {
    "gone": CHALLENGE_UNKNOWN,
    "expired": QR_EXPIRED,
    "cancelled": QR_EXPIRED,
    "taken": QR_TAKEN,
    "denied": LOGIN_DENIED,
    "limited": TOO_OFTEN,
    "pair": PAIRING_OWED,
}
_PHONE: dict[str, Entry] = {
    **_DESK,
    "gone": QR_EXPIRED,
    "old": QR_EXPIRED,
    "role": ROLE_SWITCHED,
    "nonce": QR_TAKEN,
}


def for_desk(answer: Answer[T]) -> T | None:
    """The value, or the refusal for the desk. Refuses: what the word means."""
    return _value(answer, _DESK)


def for_phone(answer: Answer[T]) -> T | None:
    """The value, or the refusal for the phone. Refuses: what the word means."""
    return _value(answer, _PHONE)


def _value(answer: Answer[T], words: dict[str, Entry]) -> T | None:
    if answer.done:
        return answer.value
    wait_s = -(-answer.retry_ms // 1000) or None
    if answer.word not in words:
        raise STATE_CHANGED.refuse(current="已变化")
    entry = words[answer.word]
    raise entry.refuse(retry_after_s=wait_s or (60 if entry is TOO_OFTEN else None))
