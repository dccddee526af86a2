"""The desk's side of a login by QR: issue, look, switch the role, pair, give up (qr-login §5)."""

from datetime import datetime

from handlers.answers import for_desk
from handlers.ports import ECard
from handlers.tools import Tools
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.login import TOO_OFTEN
from models.errors.phone import CHALLENGE_UNKNOWN, PAIR_CODE_WRONG
from models.errors.scan import ECARD_UNAVAILABLE, LOGIN_DENIED
from models.store.challenge import Challenge, ECardCode, Place
from models.vocabulary import Channel, Role


async def issue(
    tools: Tools, ecard: ECard | None, *, bind: str, role: Role, channel: Channel, place: Place
) -> Challenge:
    """Make a challenge for a browser. Refuses: TOO_OFTEN, ECARD_UNAVAILABLE, STORE_DOWN."""
    code = await _ecard_code(ecard, channel)
    answer = await tools.challenges.issue(bind, role, channel, place, tools.issue_rate, code)
    if answer.value is None:
        raise TOO_OFTEN.refuse(retry_after_s=-(-answer.retry_ms // 1000))
    return answer.value


async def look(tools: Tools, cid: str, bind: str, *, poll: bool = False) -> Challenge:
    """The challenge as it stands.

    Refuses: CHALLENGE_UNKNOWN to every browser but its own, TOO_OFTEN for polls beyond their rate.
    """
    answer = await tools.challenges.read(cid, bind, tools.poll_rate if poll else None)
    if answer.word == "limited":
        raise TOO_OFTEN.refuse(retry_after_s=-(-answer.retry_ms // 1000))
    if answer.value is None:
        raise CHALLENGE_UNKNOWN.refuse()
    return answer.value


async def switch_role(
    tools: Tools, ecard: ECard | None, cid: str, bind: str, *, revision: int, role: Role
) -> Challenge:
    """Turn a pending challenge to the other role; codes shown before are refused from now on.

    Refuses: CHALLENGE_UNKNOWN, STATE_CHANGED when the revision is stale or somebody has scanned,
    TOO_OFTEN after fifteen turns.
    """
    current = await look(tools, cid, bind)
    code = await _ecard_code(ecard, current.channel)
    return _known(for_desk(await tools.challenges.switch_role(cid, bind, revision, role, code)))


async def pair(
    tools: Tools, actor: Actor, cid: str, bind: str, digits: str, *, now: datetime
) -> Challenge:
    """Type the digits that the phone shows. Refuses: PAIR_CODE_WRONG once, then LOGIN_DENIED."""
    answer = await tools.challenges.pair(cid, bind, digits)
    if answer.word in ("wrong", "denied"):
        async with tx():
            await audit.record(
                tools.vault, actor, Action.PAIRING_FAILED, cid, now=now, result=answer.word
            )
    if answer.word == "wrong":
        raise PAIR_CODE_WRONG.refuse(n=1)
    if answer.word == "denied":
        raise LOGIN_DENIED.refuse()
    return _known(for_desk(answer))


async def cancel(tools: Tools, actor: Actor, cid: str, bind: str, *, now: datetime) -> None:
    """Give a challenge up. Refuses: CHALLENGE_UNKNOWN."""
    answer = await tools.challenges.cancel(cid, bind)
    for_desk(answer)
    if answer.word == "ok":
        async with tx():
            await audit.record(tools.vault, actor, Action.CANCEL, cid, now=now)


async def _ecard_code(ecard: ECard | None, channel: Channel) -> ECardCode | None:
    if channel is Channel.MINIAPP:
        return None
    if ecard is None:
        raise ECARD_UNAVAILABLE.refuse()
    qr = await ecard.create_qr()
    return ECardCode(qr.qr_code, qr.content)


def _known(challenge: Challenge | None) -> Challenge:
    if challenge is None:
        raise CHALLENGE_UNKNOWN.refuse()
    return challenge
