"""News: which message of a person, which change of a unit's grants is the newest; and hints of it.

The hint may be lost; the version stays, and streams compare it whenever they look at their session.
"""

from collections.abc import Mapping, Sequence

from models.store.client import Script, Store
from models.store.session import Kind

LASTS_S = 24 * 3600

_SCRIPT = Script("news.lua")


class News:
    """Announces new messages and changed grants, and says which were announced last."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def announce(self, newest: Mapping[str, str]) -> int:
        """Messages have come and are committed; how many streams heard of them at once.

        newest: the newest one's id by person.
        """
        subjects = {f"nv:{person_id}": message for person_id, message in newest.items()}
        return await self._tell(subjects, tuple(newest))

    async def announce_grants(self, unit_id: str, people: Sequence[str], change: str) -> int:
        """A unit's grants have changed; people: whose they are and who changed them.

        Their streams are woken at once, others who look at the unit's find out later. change: names
        it, never the same twice.
        """
        subjects = {f"ng:{each}": change for each in (unit_id, *people)}
        return await self._tell(subjects, people)

    async def _tell(self, subjects: Mapping[str, str], people: Sequence[str]) -> int:
        lists = [f"ps:{kind}:{person_id}" for person_id in people for kind in Kind]
        values = [LASTS_S, *subjects.values()]
        return int(await self._store.run(_SCRIPT, [*subjects, *lists], values))

    async def newest(self, person_id: str, unit_id: str = "") -> tuple[str, str]:
        """The message and the change of grants announced last, '' for none lately.

        unit_id: of the unit whose grants count beside the person's own, '' for the own alone.
        """
        keys = [f"nv:{person_id}", f"ng:{person_id}", *([f"ng:{unit_id}"] if unit_id else [])]
        message, *grants = (str(each or "") for each in await self._store.call("MGET", *keys))
        return message, " ".join(grants)
