"""Typed reading of control requests."""

from enum import Enum
from typing import TypeVar

from sanic.exceptions import BadRequest
from sanic.request import Request

Choice = TypeVar("Choice", bound=Enum)


class Body:
    """A JSON object; its readers refuse a value of the wrong type with 400 and the field's name."""

    def __init__(self, content: dict[str, object]) -> None:
        self.content = content

    @classmethod
    def of(cls, request: Request) -> "Body":
        """The request's body; no body reads as an empty object."""
        content = request.json if request.body else {}
        if not isinstance(content, dict):
            raise BadRequest("a JSON object is expected")
        return cls(content)

    def text(self, name: str, otherwise: str | None = None) -> str:
        """A text; required unless there is an otherwise."""
        value = self.content.get(name)
        if value is None and otherwise is not None:
            return otherwise
        if not isinstance(value, str) or (not value and otherwise is None):
            raise BadRequest(f"{name}: a text is expected")
        return value

    def flag(self, name: str, otherwise: bool | None = None) -> bool:
        """True or false; required unless there is an otherwise."""
        value = self.content.get(name)
        if value is None and otherwise is not None:
            return otherwise
        if not isinstance(value, bool):
            raise BadRequest(f"{name}: true or false is expected")
        return value

    def number(self, name: str, otherwise: float) -> float:
        """A number, int or float."""
        value = self.content.get(name, otherwise)
        if value is None:
            return otherwise
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadRequest(f"{name}: a number is expected")
        return value

    def choice(self, name: str, kind: type[Choice], otherwise: Choice | None = None) -> Choice:
        """One of an enumeration's values."""
        value = self.content.get(name)
        if value is None and otherwise is not None:
            return otherwise
        for member in kind:
            if member.value == value:
                return member
        words = " ".join(str(member.value) for member in kind)
        raise BadRequest(f"{name}: one of {words} is expected")

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = self.content.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadRequest(f"{name}: a list of texts is expected")
        return [str(item) for item in value]
