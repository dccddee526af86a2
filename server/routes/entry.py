"""What a door answers after a session was opened, on the desk or on the phone."""

from handlers.entries import Entered, View, view_for, view_of
from models.errors.login import SESSION_ENDED
from models.store.session import Session, Stage
from server.call import Call, csrf_token
from server.wire import shapes, views


async def opened_session(call: Call, secret: str) -> tuple[Session, shapes.ShownSession]:
    """Read back a session that was just opened. Refuses: SESSION_ENDED when it is gone again."""
    found = (await call.tools.sessions.touch(secret)).session
    if found is None:
        raise SESSION_ENDED.refuse()
    shown = await view_shown(call, found)
    return found, views.session(found, shown, csrf_token(call.tools, secret))


async def view_shown(call: Call, session: Session) -> View:
    """What a session's page shows; a phone that has entered no unit yet carries nothing to show."""
    return view_of(call.tools, session) if session.view else await view_for(call.tools, session)


async def entry_of_session(
    call: Call, entered: Entered, *, token: str | None = None
) -> shapes.ShownEntry:
    """The session, what to do next, and the units to choose from."""
    found, shown = await opened_session(call, entered.opened.secret)
    return shapes.ShownEntry(
        session=shown,
        next="home" if found.stage is Stage.UNIT else "choose_unit",
        units=[views.unit(mandate) for mandate in entered.mandates],
        token=token,
        password_days_left=entered.password_days_left,
    )
