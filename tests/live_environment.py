"""Settings of a product whose platforms are all played by the sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.commands.demo_env import platform_environment


def settings_of(folder: Path, port: int, sandbox: str, told: Mapping[str, Any]) -> dict[str, str]:
    """SQLite in the folder, embedded Redis. told: the sandbox's credentials."""
    return {
        "ZB_VAR": str(folder),
        "ZB_DATABASE_URL": f"sqlite://{folder / 'zhangban.db'}",
        "ZB_REDIS_URL": "memory://",
        "ZB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ZB_TRUSTED_PROXIES": "1",
        "ZB_UPLOAD_DIR": str(folder / "uploads"),
        "ZB_DEVELOPMENT": "true",
        "ZB_CHALLENGES_PER_MINUTE": "100000",
        **platform_environment(sandbox, told),
    }
