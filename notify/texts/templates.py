"""The message templates that an installation has at WeChat and Alipay: data, with versions.

A TOML file lists them (docs/templates.md). Of several versions of one template the highest is used;
older ones stay, so that what was sent can be shown again as it was.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from models.vocabulary import Platform
from notify.texts.catalogue import TEXTS
from notify.texts.entry import Slot, TemplateKey, Text
from notify.texts.fields import LIMITS, FieldKind, kind_of, shape

PAGE = "pages/inbox/index"
"""The mini-program's page that every push opens; it leads on to where the person acts."""
_CONSTANT = re.compile(r"[^{}]+")


class TemplatesWrong(ValueError):
    """The file cannot be used; the text names everything that is wrong."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template of one platform. id: the platform's own; fields: key → what it is filled with.

    long_term: one consent is for ever (长期订阅), so nothing is counted.
    """

    platform: Platform
    key: TemplateKey
    id: str
    version: int
    fields: Mapping[str, Slot]
    long_term: bool = False

    @property
    def kinds(self) -> dict[str, FieldKind]:
        """The kind of each field."""
        return {key: kind_of(key) for key in self.fields}


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: TemplateKey
    id: str
    fields: dict[str, Slot]
    version: int = 1
    long_term: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wechat: list[_Entry] = []
    alipay: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates in use, by platform and our name; and by the platform's id."""

    current: Mapping[tuple[Platform, TemplateKey], Template] = field(default_factory=dict)
    known: Mapping[tuple[Platform, str], Template] = field(default_factory=dict)

    def of(self, platform: Platform, text: Text) -> Template | None:
        """The template for a text at a platform, None when there is none."""
        return None if text.template is None else self.current.get((platform, text.template))

    def by_id(self, platform: Platform, template_id: str) -> Template | None:
        """The template with the platform's own id, of whatever version."""
        return self.known.get((platform, template_id))


NONE = Templates()


def read_templates(toml: str) -> Templates:
    """The templates of a file. Raises TemplatesWrong naming every fault."""
    try:
        file = msgspec.convert(tomllib.loads(toml), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise TemplatesWrong(str(fault)) from None
    listed = [*_listed(Platform.WECHAT, file.wechat), *_listed(Platform.ALIPAY, file.alipay)]
    faults = [fault for template in listed for fault in faults_of(template)]
    known = {(template.platform, template.id): template for template in listed}
    if len(known) < len(listed):
        faults.append("a template id stands twice")
    current: dict[tuple[Platform, TemplateKey], Template] = {}
    for template in sorted(listed, key=lambda each: each.version):
        place = template.platform, template.key
        if place in current and current[place].version == template.version:
            faults.append(f"{_name(template)}: version {template.version} stands twice")
        current[place] = template
    if faults:
        raise TemplatesWrong("; ".join(faults))
    return Templates(current, known)


def faults_of(template: Template, texts: Mapping[str, Text] = TEXTS) -> list[str]:
    """What is wrong with a template: keys that do not exist, texts that do not fit its fields."""
    faults, kinds = [], {}
    for key in template.fields:
        try:
            kinds[key] = kind_of(key)
        except ValueError as wrong:
            faults.append(f"{_name(template)}: {wrong}")
    if not template.fields or not template.id:
        faults.append(f"{_name(template)}: needs an id and fields")
    for topic, text in texts.items():
        if text.template is template.key:
            faults += [
                f"{_name(template)}: {key} of {topic}: {fault}"
                for key, kind in kinds.items()
                if (fault := _unfit(text.slots.get(template.fields[key], ""), kind))
            ]
    return faults


def _unfit(pattern: str, kind: FieldKind) -> str | None:
    """Why a text that is always the same does not fit a kind; what is filled in later is shaped."""
    if not _CONSTANT.fullmatch(pattern):
        return None
    limit = LIMITS.get(kind)
    if limit is not None and len(pattern) > limit:
        return f"longer than {limit}"
    return None if shape(kind, pattern) == pattern else "has other characters than the kind takes"


def _listed(platform: Platform, entries: Iterable[_Entry]) -> list[Template]:
    return [
        Template(platform, each.key, each.id, each.version, each.fields, each.long_term)
        for each in entries
    ]


def _name(template: Template) -> str:
    return f"{template.platform} {template.key}"
