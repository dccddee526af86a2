"""What `zhangban doctor` looks at, one function a part; none changes anything but a probe file."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise.connection import get_connections
from tortoise.migrations.executor import MigrationExecutor

from models.database import tortoise_config
from models.vocabulary import Platform
from notify.texts.entry import TemplateKey
from server.clock import utc_now
from server.resources import close_database, open_database, redis_clients, vault_of
from server.settings import Settings

CONNECT_S = 3.0
WORST_SKEW_S = 2.0
_PORTS = {"https": 443, "http": 80}


class Health(Enum):
    """How a part is: good, such that somebody should think about it, or unusable."""

    GOOD = auto()
    DOUBTFUL = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. what: holds no secret."""

    health: Health
    part: str
    what: str


def house(rooms: Sequence[str]) -> list[Finding]:
    """Whether all packages come from one folder; pip overwrites a stranger's without a word."""
    folders: dict[str, list[str]] = {}
    for room in rooms:
        spec = find_spec(room)
        origin = str(Path(spec.origin).parents[1]) if spec and spec.origin else "(没有)"
        folders.setdefault(origin, []).append(room)
    if len(folders) == 1:
        return [Finding(Health.GOOD, "程序", "各包在同一目录")]
    return [
        Finding(Health.BAD, "程序", f"{'、'.join(names)} 来自 {folder}")
        for folder, names in folders.items()
    ]


def keys(settings: Settings) -> Finding:
    """Whether the vault can be built with this OpenSSL and these keys."""
    try:
        vault = vault_of(settings)
    except ValueError as fault:
        return Finding(Health.BAD, "密码套件", str(fault))
    return Finding(Health.GOOD, "密码套件", f"{vault.suite},当前密钥编号 {vault.kid}")


async def database(settings: Settings) -> list[Finding]:
    """Whether it can be reached and has every migration. An SQLite file is not made."""
    if file := _absent_file(settings.database_url):
        return [Finding(Health.BAD, "数据库", f"没有文件 {file},请运行 zhangban migrate")]
    try:
        async with asyncio.timeout(CONNECT_S * 2):
            await open_database(settings)
            connection = get_connections().get("default")
            await connection.execute_query("SELECT 1")
            apps = tortoise_config(settings.database_url)["apps"]
            missing = await MigrationExecutor(connection, apps).plan()
    except Exception as fault:  # noqa: BLE001 - whatever the driver raises is what is wrong
        return [Finding(Health.BAD, "数据库", f"连接失败,{_said(fault)}")]
    finally:
        await close_database()
    findings = [Finding(Health.GOOD, "数据库", "可连接")]
    if missing:
        names = "、".join(step.migration.name for step in missing)
        findings.append(Finding(Health.BAD, "数据库结构", f"缺少 {names},请运行 zhangban migrate"))
    else:
        findings.append(Finding(Health.GOOD, "数据库结构", "已是最新"))
    return findings


def _absent_file(url: str) -> str:
    file = url.removeprefix("sqlite://")
    return file if url.startswith("sqlite://") and not Path(file).is_file() else ""


async def redis(settings: Settings) -> list[Finding]:
    """Whether it answers, runs scripts, and has the same time as this machine."""
    commands, listening = redis_clients(settings)
    try:
        return await _redis(settings, commands)
    except (RedisError, OSError, TimeoutError) as fault:
        return [Finding(Health.BAD, "Redis", f"连接失败,{_said(fault)}")]
    finally:
        await commands.aclose()
        await listening.aclose()


async def _redis(settings: Settings, commands: Redis) -> list[Finding]:
    await commands.ping()
    where = "内置(仅限一个进程)" if settings.embedded else "可连接"
    findings = [Finding(Health.GOOD, "Redis", where)]
    try:
        seconds, micros = await commands.eval("return redis.call('TIME')", 0)
    except RedisError as fault:
        return [*findings, Finding(Health.BAD, "Redis 脚本", f"不能执行 Lua,{_said(fault)}")]
    findings.append(Finding(Health.GOOD, "Redis 脚本", "可执行 Lua"))
    skew_s = abs(int(seconds) + int(micros) / 1e6 - utc_now().timestamp())
    health = Health.BAD if skew_s > WORST_SKEW_S else Health.GOOD
    return [*findings, Finding(health, "时钟", f"与 Redis 相差 {skew_s:.1f} 秒")]


def uploads(settings: Settings) -> Finding:
    """Whether files can be written where uploads go."""
    folder = settings.upload_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
            os.fsync(probe.fileno())
    except OSError as fault:
        return Finding(Health.BAD, "上传目录", f"{folder} 不可写,{fault.strerror}")
    return Finding(Health.GOOD, "上传目录", f"{folder} 可写")


async def platforms(settings: Settings) -> list[Finding]:
    """Whether each configured platform takes a connection; nothing is sent."""
    named = [
        ("微信", settings.wechat_appid, settings.wechat_api_base),
        ("支付宝", settings.alipay_appid, settings.alipay_gateway),
        ("电子社保卡", settings.ecard_base, settings.ecard_base),
        ("证书机构", settings.ca_base, settings.ca_base),
        ("业务系统", settings.core_base, settings.core_base),
        ("登记信息库", settings.registry_base, settings.registry_base),
        ("短信", settings.sms_base, settings.sms_base),
        ("邮件", settings.smtp_host, f"smtp://{settings.smtp_host}:{settings.smtp_port}"),
    ]
    used = [(name, url) for name, given, url in named if given]
    if not used:
        return [Finding(Health.DOUBTFUL, "平台", "未配置任何平台,无法扫码登录")]
    return list(await asyncio.gather(*(_platform(name, url) for name, url in used)))


async def _platform(name: str, url: str) -> Finding:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except socket.gaierror:
        return Finding(Health.BAD, name, f"{host} 无法解析")
    except (OSError, TimeoutError) as fault:
        return Finding(Health.BAD, name, f"{host}:{port} 连不上,{_said(fault)}")
    writer.close()
    return Finding(Health.GOOD, name, f"{host}:{port} 可连接")


def templates(settings: Settings) -> list[Finding]:
    """Which message templates a platform lacks: of those topics the inbox alone tells."""
    used = {Platform.WECHAT: settings.wechat_appid, Platform.ALIPAY: settings.alipay_appid}
    findings = []
    for platform in (platform for platform, appid in used.items() if appid):
        lacking = [key for key in TemplateKey if (platform, key) not in settings.templates.current]
        what = f"缺少 {'、'.join(lacking)},这些通知只在“消息”里" if lacking else "齐全"
        health = Health.DOUBTFUL if lacking else Health.GOOD
        findings.append(Finding(health, "消息模板", f"{platform} {what}"))
    if settings.wechat_appid and not settings.wechat_token:
        what = "没有 ZB_WECHAT_TOKEN,收不到微信的订阅和送达事件"
        findings.append(Finding(Health.DOUBTFUL, "消息推送", what))
    return findings


def workers(settings: Settings, count: int) -> list[Finding]:
    """What does not go with several worker processes."""
    if count <= 1:
        return []
    findings = []
    if settings.embedded:
        findings.append(
            Finding(Health.BAD, "进程数", f"内置 Redis 不能由 {count} 个进程共用,请设 ZB_REDIS_URL")
        )
    if settings.database_url.startswith("sqlite://"):
        findings.append(
            Finding(Health.DOUBTFUL, "进程数", f"{count} 个进程共用 SQLite 会互相等待写锁")
        )
    return findings


def _said(fault: BaseException) -> str:
    return (
        f"{type(fault).__name__}: {fault}".splitlines()[0] if str(fault) else type(fault).__name__
    )
