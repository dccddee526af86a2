"""What a refusal is: a catalogue entry, and the exception that carries one to the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """A next step that a page can offer as a button.

    rel: stable machine name (`register`, `request-grant`, `refresh` …); title: its label.
    """

    rel: str
    title: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """One faulty field of a request. pointer: RFC 6901; detail: what is wrong, in Chinese."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the error catalogue: 提示, 说明, 解决方案 as the seed manual words them.

    code: `SB-2102`; status: HTTP; prompt 提示; explain 说明; remedies 解决方案; source: where the
    sentence comes from (`手册 5.2.2.2`, `domain §8`). `{name}` in a text is filled from the facts
    of the refusal. reserved: listed for a later part of the product, raised nowhere yet.
    """

    code: str
    status: int
    prompt: str
    explain: str
    remedies: tuple[str, ...]
    source: str
    actions: tuple[Action, ...] = ()
    reserved: bool = False

    def refuse(
        self,
        *,
        status: int | None = None,
        retry_after_s: int | None = None,
        errors: Sequence[FieldError] = (),
        actions: Sequence[Action] = (),
        extra: Mapping[str, object] | None = None,
        **facts: object,
    ) -> "Refusal":
        """Make the exception for this entry.

        actions are added to the entry's own; extra: further members of the problem document;
        facts fill `{placeholders}` and go to the log, so they never hold a personal value.
        """
        return Refusal(
            self,
            status=status or self.status,
            retry_after_s=retry_after_s,
            errors=tuple(errors),
            actions=(*self.actions, *actions),
            extra=dict(extra or {}),
            facts=facts,
        )


class Refusal(Exception):
    """Somebody asked for what may not be done; the entry says what, why and what to do next."""

    def __init__(  # noqa: PLR0913
        self,
        entry: Entry,
        *,
        status: int,
        retry_after_s: int | None,
        errors: tuple[FieldError, ...],
        actions: tuple[Action, ...],
        extra: dict[str, object],
        facts: dict[str, object],
    ) -> None:
        super().__init__(entry.code)
        self.entry = entry
        self.status = status
        self.retry_after_s = retry_after_s
        self.errors = errors
        self.actions = actions
        self.extra = extra
        self.facts = facts

    @property
    def title(self) -> str:
        """提示 with its placeholders filled."""
        return _fill(self.entry.prompt, self.facts)

    @property
    def detail(self) -> str:
        """说明 with its placeholders filled."""
        return _fill(self.entry.explain, self.facts)

    @property
    def solutions(self) -> list[str]:
        """解决方案 with their placeholders filled."""
        return [_fill(remedy, self.facts) for remedy in self.entry.remedies]


def _fill(text: str, facts: Mapping[str, object]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text
