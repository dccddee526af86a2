"""Routes of the three administrators 三员: accounts, duties, the audit trail (domain §4.1)."""

from sanic import HTTPResponse

from handlers import locks, officer_audit, officers
from handlers.officers import NewOfficer
from models.errors.filing import STATE_CHANGED
from models.errors.login import SESSION_ENDED
from models.errors.officer import DUTIES_EXCLUSIVE, DUTY_MISSING, NOT_ONESELF
from models.errors.system import CSRF_FAILED, IF_MATCH_MISSING, INPUT_WRONG, NOT_FOUND
from models.vocabulary import Duty
from server.call import Call
from server.operation import Routes
from server.policy import AUDITADMIN, SECADMIN, SYSADMIN
from server.policy import officers as officers_with
from server.routes.answers import as_json
from server.wire import bodies, officer_bodies, officer_shapes, officer_views, shapes

routes = Routes("staff", "/api/v1/officer")
ADMINS = officers_with(Duty.SYSADMIN, Duty.SECADMIN)
_CHANGE = [
    DUTY_MISSING,
    NOT_ONESELF,
    NOT_FOUND,
    STATE_CHANGED,
    IF_MATCH_MISSING,
    SESSION_ENDED,
    CSRF_FAILED,
]


@routes.add(
    "GET",
    "/officers",
    ADMINS,
    query=bodies.PageQuery,
    answers={200: officer_shapes.OfficerPage},
    refuses=[DUTY_MISSING, SESSION_ENDED],
)
async def list_officers(call: Call, query: bodies.PageQuery) -> HTTPResponse:
    """Officers in the order of their making, to the system and the security administrator."""
    rows = await officers.list_officers(call.tools, after=query.cursor, limit=query.limit)
    shown = [officer_views.officer(row) for row in rows[: query.limit]]
    more = shown[-1].id if len(rows) > query.limit else None
    return as_json(officer_shapes.OfficerPage(shown, more))


@routes.add(
    "POST",
    "/officers",
    SYSADMIN,
    body=officer_bodies.NewOfficerBody,
    answers={201: officer_shapes.ShownOfficer},
    refuses=[DUTY_MISSING, INPUT_WRONG, SESSION_ENDED, CSRF_FAILED],
    example={"account": "window02", "name": "柜员", "agency": "agency-01"},
)
async def create_officer(call: Call, body: officer_bodies.NewOfficerBody) -> HTTPResponse:
    """Make an account without duties; the answer holds its one-time token."""
    wanted = NewOfficer(body.account, body.name, body.agency, body.region)
    made = await officers.create(call.tools, call.actor, wanted, now=call.now)
    return as_json(officer_views.officer(made), 201)


@routes.add(
    "PUT",
    "/officers/<officer_id:str>/duties",
    SECADMIN,
    body=officer_bodies.DutiesBody,
    if_match=True,
    answers={200: officer_shapes.ShownOfficer},
    refuses=[*_CHANGE, DUTIES_EXCLUSIVE],
    example={"duties": ["window"]},
)
async def set_officer_duties(
    call: Call, body: officer_bodies.DutiesBody, officer_id: str
) -> HTTPResponse:
    """Give an officer these duties and no other; open consoles of the officer end."""
    changed = await officers.set_duties(
        call.tools,
        call.actor,
        officer_id,
        body.duties,
        revision=call.revision,
        now=call.now,
    )
    return as_json(officer_views.officer(changed))


@routes.add(
    "POST",
    "/officers/<officer_id:str>/suspend",
    ADMINS,
    if_match=True,
    answers={200: officer_shapes.ShownOfficer},
    refuses=_CHANGE,
)
async def suspend_officer(call: Call, officer_id: str) -> HTTPResponse:
    """Take an officer's access away at once; a reset gives it back."""
    changed = await officers.suspend(
        call.tools, call.actor, officer_id, revision=call.revision, now=call.now
    )
    return as_json(officer_views.officer(changed))


@routes.add(
    "POST",
    "/officers/<officer_id:str>/reset",
    SYSADMIN,
    if_match=True,
    answers={200: officer_shapes.ShownOfficer},
    refuses=_CHANGE,
)
async def reset_officer(call: Call, officer_id: str) -> HTTPResponse:
    """Void password and authenticator; the answer holds a new one-time token."""
    changed = await officers.reset(
        call.tools, call.actor, officer_id, revision=call.revision, now=call.now
    )
    return as_json(officer_views.officer(changed))


@routes.add(
    "POST",
    "/officers/<officer_id:str>/unlock",
    SECADMIN,
    answers={200: officer_shapes.ShownOfficer},
    refuses=[DUTY_MISSING, NOT_ONESELF, NOT_FOUND, SESSION_ENDED, CSRF_FAILED],
)
async def unlock_officer(call: Call, officer_id: str) -> HTTPResponse:
    """Forget an officer's failed tries."""
    found = await officers.unlock(call.tools, call.actor, officer_id, now=call.now)
    return as_json(officer_views.officer(found))


@routes.add(
    "POST",
    "/accounts/<account_id:str>/unlock",
    SECADMIN,
    answers={200: shapes.Done},
    refuses=[DUTY_MISSING, NOT_FOUND, SESSION_ENDED, CSRF_FAILED],
)
async def unlock_account(call: Call, account_id: str) -> HTTPResponse:
    """Unlock a password account of a unit's legal representative (常见问题 1.1)."""
    await locks.unlock(call.tools, call.actor, account_id, now=call.now)
    return as_json(shapes.Done("ok"))


@routes.add(
    "GET",
    "/audit",
    AUDITADMIN,
    query=officer_bodies.AuditQuery,
    answers={200: officer_shapes.AuditPage},
    refuses=[DUTY_MISSING, SESSION_ENDED],
)
async def read_audit(call: Call, query: officer_bodies.AuditQuery) -> HTTPResponse:
    """The audit trail, newest first, to the audit administrator."""
    before = int(query.cursor) if query.cursor else None
    rows = await officer_audit.read(before=before, limit=query.limit)
    shown = [officer_views.audit_entry(row) for row in rows[: query.limit]]
    more = shown[-1].id if len(rows) > query.limit else None
    return as_json(officer_shapes.AuditPage(shown, more))
