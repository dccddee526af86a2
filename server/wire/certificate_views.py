"""How certificates become what clients get."""

from handlers.certificate_rows import ISSUER_UNKNOWN, NO_USCC, WRONG_USCC, CertificateView
from models.errors.certificate import (
    CERTIFICATE_EXPIRED,
    CERTIFICATE_EXPIRING,
    CERTIFICATE_OF_OTHER_UNIT,
    CERTIFICATE_REVOKED,
    CERTIFICATE_UNRECOGNISED,
    RENEWAL_TOO_LATE,
)
from models.vocabulary import CertificateStatus
from server.moments import moment
from server.wire import certificate_shapes as shapes

_DATES: dict[CertificateStatus, shapes.ShownCheck] = {
    CertificateStatus.PENDING: shapes.ShownCheck(
        "dates", "unknown", "证书还没有到生效日期,到期前请先使用原来的证书"
    ),
    CertificateStatus.EXPIRED: shapes.ShownCheck(
        "dates", "failed", "证书已过期,请更新后上传新证书", CERTIFICATE_EXPIRED.code
    ),
    CertificateStatus.REVERIFY: shapes.ShownCheck(
        "dates", "failed", "证书过期超过1年,需到证书机构重新认证", RENEWAL_TOO_LATE.code
    ),
}
_STATES: dict[CertificateStatus, tuple[str, str | None]] = {
    CertificateStatus.LOST: ("证书已挂失,不能再使用", None),
    CertificateStatus.REVOKED: ("颁发机构已宣布证书作废", CERTIFICATE_REVOKED.code),
    CertificateStatus.UNRECOGNISED: (
        "证书无法识别,请按下方步骤检查",
        CERTIFICATE_UNRECOGNISED.code,
    ),
    CertificateStatus.REPLACED: ("已换成新证书", None),
}


def certificate(view: CertificateView) -> shapes.ShownCertificate:
    """A certificate, to the unit's own people."""
    row = view.row
    return shapes.ShownCertificate(
        id=row.id,
        revision=row.revision,
        title=row.title,
        status=view.status.value,
        status_label=view.label,
        days_left=view.days_left,
        subject=view.subject,
        issuer=row.issuer,
        serial=row.serial,
        algorithm=row.algorithm,
        not_before=moment(row.not_before) or "",
        not_after=moment(row.not_after) or "",
        expires_on=row.expires_on.isoformat(),
        source=row.source.value,
        renewable=view.renewable,
        replaced_by=row.replaced_by,
        renewal=_renewal(view),
        checks=_checks(view),
    )


def _renewal(view: CertificateView) -> shapes.ShownRenewal | None:
    asked = view.renewal
    if asked is None:
        return None
    return shapes.ShownRenewal(
        status=asked.status.value,
        reason=asked.reason,
        asked_at=moment(asked.asked_at) or "",
        give_up_at=moment(asked.give_up_at) or "",
    )


def _checks(view: CertificateView) -> list[shapes.ShownCheck]:
    checks = [_unit(view), _issuer(view), _dates(view), _state(view)]
    return [check for check in checks if check is not None]


def _issuer(view: CertificateView) -> shapes.ShownCheck | None:
    if ISSUER_UNKNOWN in view.row.problems.split(","):
        said = "颁发机构不在认可的名单里,请换用认可机构的证书"
        return shapes.ShownCheck("issuer", "failed", said, CERTIFICATE_UNRECOGNISED.code)
    if view.row.trusted_by:
        return shapes.ShownCheck("issuer", "ok", "由本平台认可的机构颁发")
    return None


def _dates(view: CertificateView) -> shapes.ShownCheck:
    late = _DATES.get(view.status)
    if late is not None:
        return late
    if view.status is CertificateStatus.EXPIRING:
        soon = CERTIFICATE_EXPIRING.refuse(n=view.days_left)
        return shapes.ShownCheck("dates", "ok", soon.title, soon.entry.code)
    return shapes.ShownCheck("dates", "ok", "证书在有效期内")


def _state(view: CertificateView) -> shapes.ShownCheck | None:
    if view.status in _STATES:
        said, code = _STATES[view.status]
        return shapes.ShownCheck("state", "failed", said, code)
    if view.row.clean_at is not None:
        return shapes.ShownCheck("state", "ok", "颁发机构没有宣布证书作废")
    if view.row.check_at is not None:
        said = "暂时没有查到颁发机构的作废名单,会自动再查"
        return shapes.ShownCheck("state", "unknown", said)
    return None


def _unit(view: CertificateView) -> shapes.ShownCheck:
    if WRONG_USCC in view.row.problems.split(","):
        return shapes.ShownCheck(
            "unit", "failed", "证书中的信用代码与本单位不一致", CERTIFICATE_OF_OTHER_UNIT.code
        )
    if view.row.uscc:
        return shapes.ShownCheck("unit", "ok", "证书中的信用代码与本单位一致")
    typed = view.row.problems != NO_USCC
    said = "日期由人工填写,没有核对证书" if typed else "证书中没有信用代码,请自行核对是否本单位证书"
    return shapes.ShownCheck("unit", "unknown", said)
