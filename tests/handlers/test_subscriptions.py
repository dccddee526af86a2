"""Credits: what the prompt and the platform say is counted once, whoever says it first."""

import itertools
from datetime import timedelta

import pytest

from handlers import push_events, subscriptions
from handlers.push_events import Pushed, PushedEvent
from handlers.subscriptions import MOST_CLAIMED, Answered
from handlers.tools import Tools
from models.delivery import Delivery, PlatformReceipt
from models.errors.entry import Refusal
from models.errors.system import FORBIDDEN
from models.person import PlatformAccount
from models.subscription import Subscription
from models.vocabulary import DeliveryChannel, DeliveryState, SubscriptionMode, Urgency
from tests.messages import a_credit, a_message, an_account
from tests.registered import NOW, a_person

TEMPLATE = "sandbox-filing-status"


async def left(account: PlatformAccount) -> int:
    row = await Subscription.get_or_none(account_id=account.id, template=TEMPLATE)
    return row.remaining if row else 0


async def prompt(
    account: PlatformAccount, number: int, answer: Answered = Answered.ACCEPT, forever: bool = False
) -> None:
    long_term = {TEMPLATE} if forever else set()
    await subscriptions.record_prompt(
        account.id, f"prompt-{number:04d}", {TEMPLATE: answer}, long_term, now=NOW
    )


async def event(
    account: PlatformAccount, number: int, name: str = PushedEvent.POPUP, outcome: str = "accept"
) -> int:
    line = Pushed(f"{name}|{number}", TEMPLATE, outcome)
    return await push_events.receive(name, account.subject, [line], set(), now=NOW)


async def test_every_prompt_is_one_credit_however_often_it_is_told(tools: Tools) -> None:
    account = await an_account(await a_person())

    for number in (1, 2, 1, 2, 1):
        await prompt(account, number)

    assert await left(account) == 2


ORDERS = sorted(set(itertools.permutations("ppee")))


@pytest.mark.parametrize("order", ORDERS, ids=["".join(order) for order in ORDERS])
async def test_prompt_and_event_of_the_same_consent_are_one_credit_in_any_order(
    tools: Tools, order: tuple[str, ...]
) -> None:
    account = await an_account(await a_person())

    for number, side in enumerate(order):
        await (prompt(account, number) if side == "p" else event(account, number))

    assert await left(account) == 2


async def test_an_event_alone_is_a_credit_and_again_changes_nothing(tools: Tools) -> None:
    account = await an_account(await a_person())

    taken = [await event(account, number) for number in (1, 1, 2)]

    assert taken == [1, 0, 1]
    assert await left(account) == 2


async def test_an_event_long_after_a_prompt_is_another_consent(tools: Tools) -> None:
    account = await an_account(await a_person())
    await prompt(account, 1)

    line = Pushed("later", TEMPLATE, "acceptWithAudio")
    later = NOW + timedelta(hours=1)
    await push_events.receive(PushedEvent.POPUP, account.subject, [line], set(), now=later)

    assert await left(account) == 2


async def test_saying_no_takes_nothing_back_but_withdrawing_takes_all(tools: Tools) -> None:
    account = await an_account(await a_person())
    await event(account, 1)
    await event(account, 2)

    await event(account, 3, outcome="reject")
    after_no = await left(account)
    await event(account, 4, PushedEvent.CHANGE, "reject")

    assert after_no == 2
    assert await left(account) == 0


async def test_a_consent_for_ever_is_remembered_until_it_is_withdrawn(tools: Tools) -> None:
    account = await an_account(await a_person())
    await prompt(account, 1, forever=True)
    given = await Subscription.get(account_id=account.id)

    await event(account, 2, PushedEvent.CHANGE, "reject")

    assert given.mode is SubscriptionMode.LONG
    assert (await Subscription.get(account_id=account.id)).mode is SubscriptionMode.ONCE


async def test_a_phone_that_claims_without_end_is_not_believed(tools: Tools) -> None:
    account = await an_account(await a_person())

    for number in range(MOST_CLAIMED + 5):
        await prompt(account, number)

    assert await left(account) == MOST_CLAIMED


async def test_a_desk_has_no_prompt(tools: Tools) -> None:
    with pytest.raises(Refusal) as refused:
        await subscriptions.record_prompt("", "prompt-0001", {}, set(), now=NOW)

    assert refused.value.entry is FORBIDDEN


async def test_an_event_of_a_stranger_changes_nothing(tools: Tools) -> None:
    line = Pushed("k", TEMPLATE, "accept")

    taken = await push_events.receive(PushedEvent.POPUP, "nobody", [line], set(), now=NOW)

    assert taken == 0
    assert await Subscription.all().count() == 0


@pytest.mark.parametrize(
    ("code", "state"), [("0", DeliveryState.DELIVERED), ("1", DeliveryState.FAILED)]
)
async def test_a_receipt_says_once_what_became_of_a_push(
    tools: Tools, code: str, state: DeliveryState
) -> None:
    person = await a_person()
    account = await an_account(person)
    await a_credit(account, TEMPLATE)
    row = await Delivery.create(
        message=await a_message(person),
        channel=DeliveryChannel.WECHAT,
        recipient_key=account.id,
        template=TEMPLATE,
        urgency=Urgency.NORMAL,
        due_at=NOW,
        created_at=NOW,
        state=DeliveryState.SENT,
        platform_msgid="18643",
    )
    line = Pushed("k", TEMPLATE, msgid="18643", code=code)

    taken = [
        await push_events.receive(PushedEvent.SENT, account.subject, [line], set(), now=NOW)
        for _ in range(3)
    ]

    assert taken == [1, 0, 0]
    assert (await Delivery.get(id=row.id)).state is state
    receipt = await PlatformReceipt.get(msgid="18643")
    assert (receipt.delivered, receipt.delivery_id) == (code == "0", row.id)
