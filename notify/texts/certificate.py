"""What is told of digital certificates 数字证书 (domain §7.3)."""

from collections.abc import Mapping
from datetime import timedelta

from notify.texts.entry import Group, Place, Slot, TemplateKey, Text


def _told(title: str, body: str, **more: object) -> Text:
    return Text(
        title,
        body,
        Group.CERTIFICATE,
        Place.CERTIFICATES,
        TemplateKey.CERT_EXPIRY,
        {
            Slot.CERTIFICATE: "{certificate}",
            Slot.DUE: "{due}",
            Slot.DAYS: "{days}",
            Slot.UNIT: "{unit}",
        },
        **more,  # type: ignore[arg-type]
    )


TEXTS: Mapping[str, Text] = {
    "certificate.expiring": _told(
        "数字证书还有{days}天到期",
        "{unit}的{certificate}将于{due}到期,还剩{days}天。请在到期前更新,过期会影响业务办理。",
        priority=2,
        lives=timedelta(days=2),
        spare=timedelta(hours=24),
    ),
    "certificate.expired": _told(
        "数字证书已过期",
        "{unit}的{certificate}已于{due}过期,需要证书的业务暂时不能办理。请尽快更新;"
        "过期超过一年的需要重新认证。",
        priority=0,
        lives=timedelta(days=30),
        spare=timedelta(hours=24),
    ),
    "certificate.renewed": _told(
        "数字证书已更新", "{unit}的{certificate}已更新,新的到期日为{due}。"
    ),
    "certificate.renewal_failed": _told(
        "数字证书更新未成功",
        "{unit}的{certificate}更新没有成功,原证书到期日为{due}。请打开证书重新申请,或联系证书机构。",
        priority=0,
    ),
    "certificate.revoked": _told(
        "数字证书已吊销",
        "{unit}的{certificate}已被吊销,不能再使用。请联系证书机构重新办理。",
        priority=0,
        mandatory=True,
    ),
    "certificate.lost": _told(
        "数字证书已挂失", "{unit}的{certificate}已挂失,不能再使用。找不回的请补办。", priority=0
    ),
}
