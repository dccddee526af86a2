"""How accounts and one's own data become what clients get."""

from handlers.own_data import Profile
from models.masking import mask_id_no, mask_phone
from models.notice import CONTACT, KINDS, RIGHTS, VERSION
from models.privacy import Closure, Consent, DataExport
from server.moments import moment
from server.wire import account_shapes as shapes


def notice() -> shapes.ShownNotice:
    """The privacy notice in force."""
    kinds = [shapes.NoticeKind(kind.data, kind.purpose, kind.ground, kind.kept) for kind in KINDS]
    return shapes.ShownNotice(VERSION, kinds, list(RIGHTS), CONTACT)


def profile(found: Profile) -> shapes.ShownProfile:
    """One's own account. Name and mailbox in clear, document and phone masked: a page is seen."""
    password = None
    if found.account is not None:
        password = shapes.ShownPassword(
            moment(found.account.changed_at) or "", moment(found.password_ends_at) or ""
        )
    return shapes.ShownProfile(
        name=found.identity.name,
        id_no_masked=mask_id_no(found.identity.id_no),
        phone_masked=mask_phone(found.identity.phone) if found.identity.phone else None,
        email=found.email,
        password=password,
        consent=consent(found.consent) if found.consent else None,
        notice_version=VERSION,
        export=export(found.export) if found.export else None,
        closing=closure(found.closure) if found.closure else None,
    )


def consent(row: Consent) -> shapes.ShownConsent:
    """A recorded consent."""
    return shapes.ShownConsent(row.version, moment(row.given_at) or "")


def export(row: DataExport) -> shapes.ShownExport:
    """An export that is open."""
    return shapes.ShownExport(row.status.value, moment(row.asked_at) or "", moment(row.expires_at))


def closure(row: Closure) -> shapes.ShownClosure:
    """A request to close the account."""
    return shapes.ShownClosure(moment(row.asked_at) or "", moment(row.due_at) or "")
