"""News on a session's stream: a hint wakes it, versions say what is new.

`message`: something came to the inbox. `grant`: one's own grants or requests have changed, to a
legal representative also the unit's.
"""

import contextlib
import re

from handlers import inbox
from models.errors.entry import Refusal
from models.store.session import Session
from models.vocabulary import Role
from server.call import Call
from server.events import event_text

_ID = re.compile(r"[0-9a-z]{26}")


class Arrivals:
    """What one stream has told of its person's inbox and of grants."""

    def __init__(self, call: Call, session: Session) -> None:
        self._call = call
        self._heard = ("", "")
        self._revision = session.mandate_revision
        # Who grants is told of every change of the unit's grants, a clerk of the own.
        self._unit_id = session.unit_id if session.role is Role.LEGAL_REP else ""

    async def begin(self) -> str:
        """The event owed to a browser that comes again, '' when it has missed nothing."""
        self._heard = await self._announced()
        last = self._call.request.headers.get("last-event-id", "")
        if not _ID.fullmatch(last):
            return ""
        newest = await inbox.newest(self._call.actor.person_id)
        return await self._event(newest) if newest > last else ""

    async def next(self, session: Session) -> str:
        """The events for what was announced since, '' when nothing was.

        session: as it stands now; a grant that gives more has moved its revision.
        """
        told, heard, self._heard = "", self._heard, await self._announced()
        if (session.mandate_revision, self._heard[1]) != (self._revision, heard[1]):
            self._revision = session.mandate_revision
            told += event_text("grant", {"revision": self._revision})
        if self._heard[0] != heard[0]:
            newest = await inbox.newest(self._call.actor.person_id)
            told += await self._event(newest) if newest else ""
        return told

    async def _event(self, newest: str) -> str:
        unread = await inbox.count_unread(self._call.actor.person_id)
        facts = {"id": newest, "unread": unread.count, "more": unread.more}
        return event_text("message", facts, newest)

    async def _announced(self) -> tuple[str, str]:
        # An outage of the store delays the news; the page asks by itself when it comes back.
        with contextlib.suppress(Refusal):
            return await self._call.tools.news.newest(self._call.actor.person_id, self._unit_id)
        return self._heard
