"""How rows and records become what the console gets."""

import msgspec

from handlers.officer_accounts import AccountAtWindow
from handlers.officer_invitations import Invitation
from handlers.officer_sessions import OfficerView
from handlers.officer_units import FoundUnit, UnitAtWindow, WindowRelation
from handlers.officers import OfficerRow
from models.audit import AuditEntry
from models.masking import PersonShown
from models.store.session import Session
from server.moments import moment, time_text
from server.wire import officer_shapes as shapes


def session(found: Session, view: OfficerView, csrf: str) -> shapes.ShownOfficerSession:
    """The session of `GET /officer/session`."""
    return shapes.ShownOfficerSession(
        name=view.name,
        agency=view.post.agency,
        agency_name=view.agency_name,
        region=view.post.region,
        duties=sorted(view.post.duties),
        csrf_token=csrf,
        expires_at=time_text(found.expires_at_ms),
        password_days_left=view.password_days_left,
    )


def invitation(found: Invitation) -> shapes.ShownInvitation:
    """What a token is for."""
    return shapes.ShownInvitation(found.account, found.name, found.totp_secret, found.totp_url)


def officer(row: OfficerRow) -> shapes.ShownOfficer:
    """An officer, to administrators."""
    found = row.officer
    return shapes.ShownOfficer(
        id=found.id,
        revision=found.revision,
        account=found.account,
        name=row.name,
        agency=found.agency_id or "",
        region=found.region,
        duties=sorted(found.duties),
        status=found.status,
        last_login_at=moment(found.last_login_at),
        token=row.token,
    )


def audit_entry(row: AuditEntry) -> shapes.AuditRow:
    """One entry of the audit trail."""
    return shapes.AuditRow(str(row.id), row.stream, row.seq, row.at, msgspec.json.decode(row.body))


def party(shown: PersonShown) -> shapes.ShownParty:
    """A person as the officer may see them."""
    return shapes.ShownParty(shown.name, shown.id_no, shown.phone)


def found_unit(found: FoundUnit) -> shapes.WindowUnit:
    """A unit with its legal representative."""
    unit, rep = found.unit, found.legal_rep
    return shapes.WindowUnit(
        unit.id, unit.name, unit.uscc, unit.address, party(rep) if rep else None
    )


def window_relation(row: WindowRelation) -> shapes.ShownWindowRelation:
    """An insured relation at the window."""
    return shapes.ShownWindowRelation(
        row.id, row.insurance_name, row.unit_no, row.agency, row.pay_state, row.consistent
    )


def unit_detail(found: UnitAtWindow) -> shapes.UnitDetail:
    """A unit with relations and clerks."""
    clerks = [
        shapes.ShownWindowClerk(
            each.grant_id, each.status, each.id_type, party(each.clerk), list(each.relation_ids)
        )
        for each in found.clerks
    ]
    return shapes.UnitDetail(
        found_unit(found.found), [window_relation(each) for each in found.relations], clerks
    )


def account(found: AccountAtWindow) -> shapes.ShownAccount:
    """The account of a unit's legal representative."""
    stop = found.stop
    shown = None
    if stop is not None:
        at = moment(stop.stopped_at) or ""
        shown = shapes.ShownStop(stop.reason, at, stop.agreed_by is not None, found.agreed)
    return shapes.ShownAccount(found.state, moment(found.locked_until), shown)
