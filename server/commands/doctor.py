"""`zhangban doctor`: check settings and everything they name, and say every fault at once."""

import argparse
import asyncio
from collections.abc import AsyncIterator

from server.commands import examinations
from server.commands.examinations import Finding, Health
from server.settings import Settings, SettingsError

_WORDS = {Health.GOOD: "正常", Health.DOUBTFUL: "提醒", Health.BAD: "异常"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--workers", type=int, default=1, help="how many workers `serve` is to have (1)"
    )


def run(given: argparse.Namespace) -> int:
    """A line for each check; 1 when one of them is 异常."""
    try:
        settings = Settings.from_environ()
    except SettingsError as fault:
        findings = [Finding(Health.BAD, "设置", each) for each in fault.faults]
        findings += examinations.house(_ROOMS)
        return _told(findings)
    return _told(asyncio.run(_all(settings, given.workers)))


async def _all(settings: Settings, workers: int) -> list[Finding]:
    return [finding async for finding in _each(settings, workers)]


async def _each(settings: Settings, workers: int) -> AsyncIterator[Finding]:
    yield Finding(Health.GOOD, "设置", "齐全")
    for finding in examinations.house(_ROOMS):
        yield finding
    yield examinations.keys(settings)
    for finding in await examinations.database(settings):
        yield finding
    for finding in await examinations.redis(settings):
        yield finding
    yield examinations.uploads(settings)
    for finding in await examinations.platforms(settings):
        yield finding
    for finding in examinations.templates(settings):
        yield finding
    for finding in examinations.workers(settings, workers):
        yield finding


def _told(findings: list[Finding]) -> int:
    for finding in findings:
        print(f"{_WORDS[finding.health]}  {finding.part}: {finding.what}")
    bad = sum(finding.health is Health.BAD for finding in findings)
    print(f"共 {len(findings)} 项,异常 {bad} 项 ({bad} of {len(findings)} checks failed)")
    return 1 if bad else 0


_ROOMS: tuple[str, ...] = ("server", "handlers", "notify", "models")
"""The packages that must come from one folder: another distribution may ship the same names."""
