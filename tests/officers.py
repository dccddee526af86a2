"""Builders of officers and of their sessions at the console."""

from handlers import officer_sessions
from handlers.tools import Tools
from models.ids import new_id
from models.officer import Officer, address
from models.store.challenge import Place
from models.vocabulary import ADMINISTRATORS, Duty, OfficerStatus
from server.hashing import Hashing
from tests.build import DESK, NOW, Signed
from tests.registered import AGENCY, DAY, an_agency, numbers, vault

PASSWORD, SECRET = "Correct-Horse-1", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def an_officer(
    *duties: Duty,
    agency: str = AGENCY,
    region: str = "",
    name: str = "柜员",
    status: OfficerStatus = OfficerStatus.ACTIVE,
    hasher: Hashing | None = None,
) -> Officer:
    """An officer with these duties; with a hasher also with PASSWORD and an authenticator."""
    row_id = new_id()
    sealed = vault().seal(SECRET, aad=address("totp", row_id))
    await Officer.create(
        id=row_id,
        account=f"officer{next(numbers)}",
        name_sealed=vault().seal(name, aad=address("name", row_id)),
        agency=await an_agency(agency),
        region=region,
        window=Duty.WINDOW in duties,
        reviewer=Duty.REVIEWER in duties,
        supervisor=Duty.SUPERVISOR in duties,
        password_hash=await hasher.hash(PASSWORD) if hasher else "",
        totp_sealed=sealed if hasher else None,
        admin=next((duty for duty in duties if duty in ADMINISTRATORS), None),
        status=status,
        created_at=NOW - DAY,
        last_login_at=NOW - DAY,
    )
    return await Officer.get(id=row_id).select_related("agency")


async def a_console(tools: Tools, officer: Officer, *, place: Place = DESK) -> Signed:
    """The console of an officer who is signed in."""
    opened = await officer_sessions.open_session(tools, officer, place, now=NOW)
    touched = (await tools.sessions.touch(opened.secret)).session
    assert touched is not None
    return Signed(opened.secret, touched)
