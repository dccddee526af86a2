"""The demonstration's own settings: keys made once, platforms played by the sandbox."""

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.vocabulary import Platform
from notify.texts.templates import Templates, read_templates

MASTER_KEY_BYTES = 32
INGEST_KEY_ID = "demo"

TEMPLATES_FILE = Path(__file__).parents[1] / "demo" / "templates.toml"


def demo_templates() -> Templates:
    """The templates of the demonstration, whose ids exist at the sandbox only."""
    return read_templates(TEMPLATES_FILE.read_text(encoding="utf-8"))


_ECARD = (
    "channel_no",
    "access_no",
    "access_key",
    "secret_key",
    "encrypt_key",
    "iv",
    "system_name",
)


def demo_environment(port: int, var: Path) -> dict[str, str]:
    """Settings of a demonstration on a port of this machine, its state in the folder var.

    Makes the folder, the master key and the ingest key at the first call. The platforms are not in
    it: their credentials come from the sandbox, see `platform_environment`.
    """
    var.mkdir(parents=True, exist_ok=True)
    return {
        "ZB_DATABASE_URL": f"sqlite://{var / 'zhangban.db'}",
        "ZB_REDIS_URL": "memory://",
        "ZB_MASTER_KEY": _made_once(var / "master.key", _new_master_key),
        "ZB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ZB_UPLOAD_DIR": str(var / "uploads"),
        "ZB_DEVELOPMENT": "true",
        "ZB_ALL_IN_ONE": "true",
        "ZB_LOGIN_CHANNELS": "miniapp,ecard",
        "ZB_TEMPLATES_FILE": str(TEMPLATES_FILE),
        "ZB_INGEST_KEYS": f"{INGEST_KEY_ID}:{_made_once(var / 'ingest.key', _new_ingest_secret)}",
    }


def platform_environment(sandbox: str, credentials: Mapping[str, Any]) -> dict[str, str]:
    """Settings of the platforms as the sandbox plays them.

    sandbox: its base URL; credentials: what it answers at `/_ctl/credentials`.
    """
    names = ("wechat", "alipay", "ecard", "sms", "smtp", "ca", "core")
    wechat, alipay, ecard, sms, smtp, ca, core = (credentials[name] for name in names)
    return {
        "ZB_WECHAT_API_BASE": f"{sandbox}/wechat",
        "ZB_WECHAT_APPID": wechat["appid"],
        "ZB_WECHAT_SECRET": wechat["secret"],
        "ZB_WECHAT_TOKEN": wechat["token"],
        "ZB_WECHAT_AES_KEY": wechat["aes_key"],
        "ZB_ALIPAY_GATEWAY": f"{sandbox}/alipay/gateway.do",
        "ZB_ALIPAY_APPID": alipay["appid"],
        "ZB_ALIPAY_PRIVATE_KEY": alipay["app_private_key"],
        "ZB_ALIPAY_PUBLIC_KEY": alipay["alipay_public_key"],
        "ZB_REGISTRY_BASE": f"{sandbox}/registry",
        "ZB_SMS_BASE": f"{sandbox}/sms",
        "ZB_SMS_KEY": sms["key"],
        "ZB_SMS_SECRET": sms["secret"],
        "ZB_CA_BASE": f"{sandbox}/ca",
        "ZB_CA_KEY": ca["key"],
        "ZB_CA_SECRET": ca["secret"],
        "ZB_CORE_BASE": f"{sandbox}/core",
        "ZB_CORE_KEY": core["key"],
        "ZB_CORE_SECRET": core["secret"],
        "ZB_SMTP_HOST": smtp["host"],
        "ZB_SMTP_PORT": smtp["port"],
        "ZB_SMTP_SECURITY": "none",
        "ZB_SMTP_SENDER": "noreply@zhangban.example.cn",
        "ZB_ECARD_BASE": f"{sandbox}/ecard",
        **{f"ZB_ECARD_{name.upper()}": ecard[name] for name in _ECARD},
    }


def demo_json(
    env: Mapping[str, str],
    credentials: Mapping[str, Any],
    personas: list[dict[str, Any]],
    officers: list[dict[str, Any]],
) -> str:
    """The text of demo.json (contract §1): what programs need to play the demonstration."""
    key_id, _, secret = env["ZB_INGEST_KEYS"].partition(":")
    wechat = credentials["wechat"]
    told = {
        "personas": personas,
        "officers": officers,
        "ingest": {"key_id": key_id, "secret": secret},
        "wechat": {name: wechat[name] for name in ("appid", "token", "aes_key")},
        "templates": {
            key.value: template.id
            for (platform, key), template in demo_templates().current.items()
            if platform is Platform.WECHAT
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


def _made_once(path: Path, make: Any) -> str:
    if not path.exists():
        write_privately(path, f"{make()}\n")
    return path.read_text(encoding="utf-8").strip()


def _new_master_key() -> str:
    return base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)).decode()


def _new_ingest_secret() -> str:
    return secrets.token_urlsafe(32)
