"""The officers among the callers of the authorisation matrix."""

from collections.abc import Mapping

from handlers.tools import Tools
from handlers.window_grants import NOTICE_VERSION
from models.officer import Officer
from models.vocabulary import Duty, OfficerStatus
from tests.build import Signed
from tests.officers import a_console, an_officer
from tests.registered import numbers


async def consoles(tools: Tools, own: str, foreign: str) -> dict[str, Signed]:
    """Signed-in officers by the name of their column; own, foreign: codes of agencies."""
    gone = await an_officer(Duty.WINDOW, agency=own)
    signed = {
        "officer_window": await _at(tools, own, Duty.WINDOW),
        "officer_elsewhere": await _at(tools, foreign, Duty.WINDOW),
        "officer_system": await _at(tools, own, Duty.SYSADMIN),
        "officer_security": await _at(tools, own, Duty.SECADMIN),
        "officer_audit": await _at(tools, own, Duty.AUDITADMIN),
        "officer_gone": await a_console(tools, gone),
    }
    await Officer.filter(id=gone.id).update(status=OfficerStatus.SUSPENDED, revision=2)
    await tools.sessions.announce(f"p:{gone.id}", 2)
    return signed


def officer_request(
    method: str, path: str, thing: str, unit_id: str, colleague: str
) -> tuple[str, Mapping[str, object] | None, None, Mapping[str, str]]:
    """Path, body, form and headers of a request to the console; colleague: an officer's id."""
    last = path.rpartition("/")[2]
    found = unit_id if "/units/" in path else colleague
    # Whatever is missing has an id that nothing has.
    path = path.replace("{id}", found if thing != "missing" else "01ja000000000000000000000z")
    body = _BODIES.get((method, last))
    if (method, last) == ("POST", "officers"):
        body = {**_NEW, "account": f"made{next(numbers)}"}
    if "/account/" in path and last != "invite":
        body = {"reason": "本人到窗口办理"}
    if last == "materials":
        # A PNG by its first bytes; the query names it.
        path = f"{path}?unit_id={unit_id}&name=a.png"
    if (method, last) == ("POST", "window-grants"):
        body = {**_GRANT, "unit_id": unit_id}
    return path, body, None, {"If-Match": '"1"'}


_GRANT: Mapping[str, object] = {
    "notice_version": NOTICE_VERSION,
    "materials": [],
    "clerks": [{"id_type": "08", "id_no": "E12345678", "name": "周某", "phone": "13800138000"}],
    "relation_ids": ["01ja000000000000000000000z"],
}
_NEW: Mapping[str, object] = {"name": "新柜员"}
_BODIES: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("POST", "login"): {"account": "nobody", "password": "Correct-Horse-1", "code": "123456"},
    ("POST", "look"): {"token": "nobodys"},
    ("POST", "accept"): {"token": "nobodys", "password": "Correct-Horse-1", "code": "123456"},
    ("PUT", "duties"): {"duties": ["window"]},
}


async def _at(tools: Tools, agency: str, duty: Duty) -> Signed:
    return await a_console(tools, await an_officer(duty, agency=agency))
