"""What comes due with time: the list of duties, and doing them (`zhangban tick`, or in the server).

Any number of processes may do the duties at once: each touches only what is due, and the database
decides who did it first.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers import (
    account_duties,
    certificate_reminders,
    closings,
    exports,
    filing_clock,
    grant_clock,
    inbox,
    locks,
    officers,
    registration_checks,
    renewals,
    revocations,
    unit_pull,
    window_materials,
)
from models import retention
from models.certificate import day_in_china
from server import papers_in
from server.context import Context

logger = logging.getLogger("zhangban.duties")

EVERY_S = 60

Duty = Callable[[Context, datetime], Awaitable[int]]


async def purge(_: Context, now: datetime) -> int:
    """Delete what has been kept long enough; how many rows."""
    return await retention.purge(now)


async def unlock_by_time(context: Context, now: datetime) -> int:
    """Tell those whose lock has run out; how many."""
    return await locks.unlock_by_time(context.ready[0], now=now)


async def warn_of_expiry(_: Context, now: datetime) -> int:
    """Warn those whose password ends within a week; how many."""
    return await account_duties.warn_of_expiry(now=now)


async def put_to_sleep(_: Context, now: datetime) -> int:
    """Put accounts to sleep that nobody has used for half a year; how many."""
    return await account_duties.put_to_sleep(now=now)


async def make_exports(context: Context, now: datetime) -> int:
    """Make the exports that were asked for; how many."""
    return await exports.make_due(context.ready[0], now=now)


async def close_accounts(context: Context, now: datetime) -> int:
    """Close accounts that have cooled off; how many."""
    return await closings.close_due(context.ready[0], now=now)


async def hand_messages_over(_: Context, __: datetime) -> int:
    """Give messages to whom a grant or unit has become known by; how many there were."""
    return await inbox.hand_over()


async def remind_of_certificates(_: Context, now: datetime) -> int:
    """Owe the reminders of certificates that are due today in China; how many."""
    return await certificate_reminders.remind_of_expiry(today=day_in_china(now), now=now)


async def begin_grants(context: Context, now: datetime) -> int:
    """Let scheduled grants begin; how many."""
    return await grant_clock.begin(context.ready[0], now)


async def expire_grants(context: Context, now: datetime) -> int:
    """End grants whose last day is over; how many."""
    return await grant_clock.expire(context.ready[0], now)


async def lapse_requests(context: Context, now: datetime) -> int:
    """Close requests that nobody answered; how many."""
    return await grant_clock.lapse(context.ready[0], now)


async def remind_of_grants(_: Context, now: datetime) -> int:
    """Tell of grants and requests that end soon; how many."""
    return await grant_clock.remind(now)


async def tell_of_overdue(_: Context, now: datetime) -> int:
    """Tell of filings whose promised time has passed; how many."""
    return await filing_clock.tell_of_overdue(now=now)


async def tell_of_closing(context: Context, now: datetime) -> int:
    """Tell units of filing windows that close soon; how many units."""
    windows = context.settings.filing_windows
    return await filing_clock.tell_of_closing(windows, today=day_in_china(now), now=now)


async def look_after_renewals(context: Context, now: datetime) -> int:
    """Ask the CA about renewals whose time has come; how many came to an end."""
    return await renewals.look_after(context.ready[0], context.ca, now=now)


async def look_for_revocations(context: Context, now: datetime) -> int:
    """Ask CAs what they have revoked; how many of the certificates here."""
    return await revocations.look_after(context.ready[0], context.revocations, now=now)


async def check_registrations(context: Context, now: datetime) -> int:
    """Ask the registries again about units that wait for them; how many were asked about."""
    return await registration_checks.check_due(context.ready[0], context.registries, now=now)


async def put_officers_to_sleep(context: Context, now: datetime) -> int:
    """Suspend officers who have not signed in for 90 days; how many there were."""
    return await officers.make_dormant(context.ready[0], now=now)


async def forget_papers(context: Context, now: datetime) -> int:
    """Delete papers of the window that no grant came of within a week; how many there were."""
    gone = await window_materials.forget_unused(now=now)
    for each in gone:
        await papers_in.forget(context.settings.upload_dir / papers_in.WINDOW, each)
    return len(gone)


async def pull_units(context: Context, now: datetime) -> int:
    """Take in the units that the core system has changed; how many."""
    return await unit_pull.pull(context.ready[0], context.core, now=now)


DUTIES: tuple[tuple[str, Duty], ...] = (
    ("kept long enough", purge),
    ("locks run out", unlock_by_time),
    ("passwords about to expire", warn_of_expiry),
    ("accounts put to sleep", put_to_sleep),
    ("exports made", make_exports),
    ("accounts closed", close_accounts),
    ("messages found their person", hand_messages_over),
    ("grants begun", begin_grants),
    ("grants expired", expire_grants),
    ("grant requests lapsed", lapse_requests),
    ("grants about to end told of", remind_of_grants),
    ("certificate reminders owed", remind_of_certificates),
    ("overdue filings told of", tell_of_overdue),
    ("closing filing windows told of", tell_of_closing),
    ("certificate renewals ended", look_after_renewals),
    ("certificates found to be revoked", look_for_revocations),
    ("registrations checked again", check_registrations),
    ("officers put to sleep", put_officers_to_sleep),
    ("unused papers forgotten", forget_papers),
    ("units brought up to date", pull_units),
)
"""What is done at each tick, in this order: what is logged when it did something, and the duty."""


async def tick(context: Context, duties: tuple[tuple[str, Duty], ...] = DUTIES) -> int:
    """Do every duty; one that fails is logged and keeps none of the others. How many failed."""
    failed = 0
    now = context.now()
    for name, duty in duties:
        try:
            done = await duty(context, now)
        except Exception:
            logger.exception("duty failed", extra={"duty": name})
            failed += 1
        else:
            if done:
                logger.info(name, extra={"count": done})
    return failed


async def keep_ticking(context: Context, stop: asyncio.Event, every_s: float = EVERY_S) -> None:
    """Tick now and again until told to stop."""
    while True:
        await tick(context)
        try:
            await asyncio.wait_for(stop.wait(), every_s)
        except TimeoutError:
            continue
        return
