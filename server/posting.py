"""Letters with codes and links: sent beside the request, so that its time tells nobody anything."""

import asyncio
import logging

from handlers.one_time_codes import Letter
from models.errors.entry import Refusal
from server.context import Context
from server.gateways.mail import MailFault
from server.gateways.sms import SmsRefused
from server.gateways.transport import TransportFault

logger = logging.getLogger("zhangban.posting")


def post(context: Context, letter: Letter | None) -> None:
    """Send a letter as soon as may be; the server does not stop before it is gone."""
    if letter is None:
        return
    sending = asyncio.ensure_future(_send(context, letter))
    context.under_way.add(sending)
    sending.add_done_callback(context.under_way.discard)


async def _send(context: Context, letter: Letter) -> None:
    facts = {"way": letter.way, "letter": letter.id}
    try:
        if letter.way == "phone" and context.sms is not None:
            await context.sms.send(letter.address, letter.text, message_id=letter.id)
        elif letter.way == "email" and context.mail is not None:
            await context.mail.send(
                letter.address, letter.subject, letter.text, message_id=letter.id
            )
        else:
            logger.warning("no way to send a letter", extra=facts)
            return
    except (SmsRefused, TransportFault, MailFault, Refusal) as fault:
        # Whoever waits for it asks again; nothing is repeated by itself.
        logger.warning("letter not sent", extra={**facts, "fault": type(fault).__name__})
        return
    logger.info("letter sent", extra=facts)
