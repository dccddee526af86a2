"""What no log, answer or file may hold: numbers, phones and names of the persons tests invent."""

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from server.demo.dataset import dataset

# Every invented document number lies in the area 2399xx, which does not exist (domain §6.1).
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:2399[0-9]{2}(?:19|20)[0-9]{9}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])"
)
# Times and thread numbers have as many digits as a phone.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) - {"msg", "args"}
WATCHED = ("zhangban", "server", "handlers", "models", "notify")
SHORTEST_NAME = 3
"""Shorter names stand in ordinary words."""
NAMES = {each.name for each in dataset().people if len(each.name) >= SHORTEST_NAME}
"""Whose names are looked for; `an_identity` adds those that a test makes up."""
_NOT_OURS = {"sandbox.log", "redis.log"}


def personal_in(text: str) -> list[str]:
    """The document numbers, phones and names in a text."""
    return _PERSONAL.findall(text) + [name for name in NAMES if name in text]


def personal_logs(folder: Path) -> Iterator[str]:
    """Lines with somebody's value in what the processes of a run have logged below a folder."""
    for file in folder.rglob("*.log"):
        if file.name in _NOT_OURS or not file.is_file():
            continue
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if found := personal_in(line):
                yield f"{file.name}: {found[0]} in {line[:300]}"


def clear_values_in(files: Iterable[Path]) -> list[str]:
    """Values of the demonstration's persons that stand in the clear in files."""
    content = b"\n".join(file.read_bytes() for file in files)
    people = dataset().people
    values = {each.id_no for each in people} | {each.phone for each in people} | NAMES
    return sorted(value for value in values if value and value.encode() in content)


class Watch(logging.Handler):
    """Keeps what was logged, raw and before any redaction, that holds somebody's value."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at the message, its facts and its traceback."""
        facts = {name: fact for name, fact in vars(record).items() if name not in _USUAL}
        told = f"{record.getMessage()} {facts}"
        if record.exc_info:
            told += logging.Formatter().formatException(record.exc_info)
        if personal_in(told):
            self.seen.append(told)

    def answered(self, status: int, body: bytes) -> None:
        """Look at an answer that refuses: it may hold nobody's values, not even the caller's."""
        if status >= 400:
            text = body.decode("utf-8", "replace")
            self.seen += [f"{status} {text[:600]}"] if personal_in(text) else []

    def attach(self) -> None:
        """Listen to the whole process from here on, to our own loggers from INFO."""
        for logger in (logging.getLogger(), *map(logging.getLogger, WATCHED)):
            logger.addHandler(self)
        for name in WATCHED:
            logging.getLogger(name).setLevel(logging.INFO)

    def take(self) -> list[str]:
        """What was seen since the last time."""
        seen, self.seen = self.seen, []
        return seen


RUN = Watch()
"""The watch of the whole run, one a process."""
