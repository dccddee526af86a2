"""Templates of the PC page: plain HTML files whose `$name` places are filled with escaped text."""

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template

STATIC_DIR = Path(__file__).with_name("static")
_TEMPLATES_DIR = Path(__file__).with_name("templates")


class Markup(str):
    """Text that is HTML already; everything else is escaped where it is put in."""

    __slots__ = ()


def fill(name: str, /, **values: str) -> Markup:
    """Fill templates/<name>.html. Raises KeyError for a place that got no value."""
    safe = {key: text if isinstance(text, Markup) else escape(text) for key, text in values.items()}
    return Markup(_template(name).substitute(safe))


def element(tag: str, text: str = "", /, **attributes: str | bool) -> Markup:
    """One element. An attribute's `_` stands for `-` (a trailing one goes); True: without value."""
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not False and isinstance(value, str | bool)
    )
    inner = text if isinstance(text, Markup) else escape(text)
    return Markup(f"<{tag}{shown}>{inner}</{tag}>")


def hidden_field(name: str, value: str) -> Markup:
    """A form field that the person does not see."""
    return Markup(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">')


def joined(parts: Iterable[Markup]) -> Markup:
    """Put pieces of HTML one below the other."""
    return Markup("\n".join(parts))


@cache
def _template(name: str) -> Template:
    text = (_TEMPLATES_DIR / f"{name}.html").read_text(encoding="utf-8")
    return Template(text.rstrip("\n"))
