"""Plans of letters and what stands in for a push, on the databases."""

from dataclasses import replace
from pathlib import Path

from handlers.people import sign_in_phone
from handlers.tools import Tools
from models import outbox
from models.database import tx
from models.delivery import Delivery
from models.grant import Grant
from models.ids import new_id
from models.outbox import Topic, clerk_of
from models.person import Person, PlatformAccount
from models.subscription import Preference, QuietHours, Subscription
from models.vocabulary import DeliveryChannel, DeliveryState, Platform, SubscriptionMode, Urgency
from notify.addresses import SealedAddresses
from notify.channels.base import Reason
from notify.choosing import UNCOUNTED, AccountReach, Chooser, Reach
from notify.ports import Ended
from notify.quiet import Quiet
from notify.reaching import reach_people
from notify.routing import TextRouter
from notify.texts.templates import read_templates
from tests.build import DESK, PhoneAccounts, a_phone_session, an_account_id
from tests.messages import a_credit, a_letter, a_message, an_account
from tests.registered import (
    DAY,
    NOW,
    a_grant,
    a_granted_clerk,
    a_person,
    a_unit,
    an_identity,
    vault,
)

WECHAT, ALIPAY, SMS = DeliveryChannel.WECHAT, DeliveryChannel.ALIPAY, DeliveryChannel.SMS
DEMO = Path(__file__).parents[2] / "server" / "demo" / "templates.toml"
ROUTER = TextRouter(
    Chooser(read_templates(DEMO.read_text(encoding="utf-8")), frozenset(DeliveryChannel))
)
RESULT, ALIPAY_RESULT = "sandbox-grant-result", "sandbox-alipay-grant-result"


async def test_a_plan_names_account_template_unit_and_what_it_supersedes(tools: Tools) -> None:
    clerk = await a_granted_clerk(await a_unit("某某公司"))
    account = await an_account(clerk.person)
    await a_credit(account, RESULT, 2)
    letter = a_letter(clerk.person, facts={"unit": clerk.unit.id})

    (plan,) = await ROUTER.plan([letter], NOW)

    (push,) = plan.routes
    assert (push.channel, push.recipient_key, push.template) == (WECHAT, account.id, RESULT)
    assert plan.urgency is Urgency.URGENT
    assert plan.series == f"grant:{letter.subject}"
    assert plan.unit_id == clerk.unit.id
    assert plan.facts == {"unit": clerk.unit.id, "unit_name": "某某公司"}


async def test_a_push_on_its_way_has_its_credit_already(tools: Tools) -> None:
    person = await a_person()
    account = await an_account(person)
    await a_credit(account, RESULT, 1)
    message = await a_message(person)
    await Delivery.create(
        message=message,
        channel=WECHAT,
        recipient_key=account.id,
        template=RESULT,
        urgency=Urgency.NORMAL,
        due_at=NOW,
        created_at=NOW,
    )

    (plan,) = await ROUTER.plan([a_letter(person)], NOW)

    assert list(plan.routes) == []


async def test_a_consent_for_ever_is_never_used_up(tools: Tools) -> None:
    person = await a_person()
    account = await an_account(person)
    await a_credit(account, RESULT, 0, SubscriptionMode.LONG)

    plans = await ROUTER.plan([a_letter(person) for _ in range(3)], NOW)
    async with tx():
        await ROUTER.accepted([(WECHAT, account.id, RESULT)] * 3)

    assert [len(plan.routes) for plan in plans] == [1, 1, 1]
    assert (await Subscription.get(account_id=account.id)).remaining == 0


async def test_an_accepted_push_spends_one_credit_and_never_more_than_there_are(
    tools: Tools,
) -> None:
    account = await an_account(await a_person())
    await a_credit(account, RESULT, 2)

    async with tx():
        await ROUTER.accepted([(WECHAT, account.id, RESULT)])
    left = (await Subscription.get(account_id=account.id)).remaining
    async with tx():
        await ROUTER.accepted([(WECHAT, account.id, RESULT)] * 3)

    assert left == 1
    assert (await Subscription.get(account_id=account.id)).remaining == 0


async def test_a_refused_push_zeroes_the_credits_and_the_other_platform_stands_in(
    tools: Tools,
) -> None:
    person = await a_person()
    wechat, alipay = await an_account(person), await an_account(person, Platform.ALIPAY)
    await a_credit(wechat, RESULT, 3)
    await a_credit(alipay, ALIPAY_RESULT, 1)
    message = await a_message(person)
    row = await Delivery.create(
        message=message,
        channel=WECHAT,
        recipient_key=wechat.id,
        template=RESULT,
        urgency=Urgency.NORMAL,
        due_at=NOW,
        created_at=NOW,
        state=DeliveryState.FAILED,
    )

    async with tx():
        ended = Ended(row.id, WECHAT, wechat.id, RESULT, message.id, Reason.NO_CONSENT)
        standing_in = await ROUTER.ended([ended], NOW)

    assert (await Subscription.get(account_id=wechat.id)).remaining == 0
    ((message_id, route),) = standing_in
    assert message_id == message.id
    assert (route.channel, route.recipient_key) == (ALIPAY, alipay.id)


async def test_nothing_stands_in_for_what_was_read_or_was_too_late(tools: Tools) -> None:
    person = await a_person()
    await a_credit(await an_account(person, Platform.ALIPAY), ALIPAY_RESULT, 9)
    read, late = await a_message(person, read_at=NOW), await a_message(person)

    async with tx():
        standing_in = await ROUTER.ended(
            [
                Ended(1, WECHAT, "w", RESULT, read.id, Reason.NO_CONSENT),
                Ended(2, WECHAT, "w", RESULT, late.id, "expired"),
            ],
            NOW,
        )

    assert standing_in == []


async def test_preferences_and_quiet_hours_are_found_for_each_person(tools: Tools) -> None:
    silent, sleeping = await a_person(), await a_person()
    for person in (silent, sleeping):
        await a_credit(await an_account(person), "sandbox-login-alert", 5)
    await Preference.create(
        id=new_id(), person=silent, topic="security", channel=WECHAT, enabled=False
    )
    await QuietHours.create(person=sleeping, starts_minute=9 * 60, ends_minute=11 * 60)

    plans = await ROUTER.plan(
        [a_letter(silent, Topic.LOGIN_NEW_BROWSER), a_letter(sleeping, Topic.LOGIN_NEW_BROWSER)],
        NOW,
    )

    # Alerts of logins are told whatever was chosen, and at any hour.
    assert [len(plan.routes) for plan in plans] == [1, 1]
    assert [plan.routes[0].due_at for plan in plans] == [None, None]


async def test_how_somebody_is_reached_is_found_for_many_at_once(tools: Tools) -> None:
    person, other = await a_person(), await a_person()
    whom = outbox.person(person.id)
    old, alipay, new = [
        await an_account(person, each)
        for each in (Platform.WECHAT, Platform.ALIPAY, Platform.WECHAT)
    ]
    await PlatformAccount.filter(id=old.id).update(bound_at=NOW - 2 * DAY)
    lost = await an_account(person)
    await PlatformAccount.filter(id=lost.id).update(bound_at=NOW, unreachable_at=NOW)
    await a_credit(new, RESULT, 2)
    await a_credit(new, "for-ever", 0, SubscriptionMode.LONG)
    await Person.filter(id=person.id).update(phone_index="p", email_index="e")
    await Preference.create(
        id=new_id(), person=person, topic="grant", channel=ALIPAY, enabled=False
    )
    await Preference.create(id=new_id(), person=person, topic="grant", channel=SMS, enabled=True)
    await QuietHours.create(person=person, starts_minute=1320, ends_minute=480)

    reached = await reach_people({(whom, person.id), (outbox.person(other.id), other.id)})

    assert reached[whom] == Reach(
        accounts=[
            AccountReach(WECHAT, new.id, {RESULT: 2, "for-ever": UNCOUNTED}),
            AccountReach(ALIPAY, alipay.id, {}),
        ],
        spare={SMS: str(whom), DeliveryChannel.EMAIL: str(whom)},
        off={("grant", ALIPAY)},
        quiet=Quiet(1320, 480),
    )
    nobody = reached[outbox.person(other.id)]
    assert not nobody.accounts
    assert not nobody.spare
    assert not nobody.off
    assert nobody.quiet is None


async def test_who_never_logged_in_is_reached_by_the_phone_in_their_grant(tools: Tools) -> None:
    person = await a_person(an_identity("李四"))
    grant = await a_grant(await a_unit(), person)
    phoned = Grant.sealed(vault(), grant.id, replace(an_identity("李四"), phone="13900000000"))
    await Grant.filter(id=grant.id).update(
        phone_sealed=phoned["phone_sealed"], phone_index=phoned["phone_index"]
    )
    letter = a_letter(clerk_of(grant.id), Topic.GRANT_REVOKED)
    reached = await reach_people({(letter.recipient, None)})

    addresses = await SealedAddresses(vault()).find(SMS, [str(clerk_of(grant.id))])

    assert reached[letter.recipient].spare == {SMS: f"grant:{grant.id}"}
    assert addresses == {f"grant:{grant.id}": "13900000000"}


async def test_an_account_that_changed_hands_is_not_written_to(tools: Tools) -> None:
    mine, lost = await an_account(await a_person()), await an_account(await a_person())
    await type(lost).filter(id=lost.id).update(person_id=None)

    found = await SealedAddresses(vault()).find(WECHAT, [mine.id, lost.id])

    assert found == {mine.id: mine.subject}


async def test_an_account_that_the_platform_does_not_know_is_tried_no_more(tools: Tools) -> None:
    person = await a_person()
    gone, other = await an_account(person), await an_account(person, Platform.ALIPAY)
    await a_credit(gone, RESULT, 5)
    await a_credit(other, ALIPAY_RESULT, 5)
    message = await a_message(person)
    ended = Ended(1, WECHAT, gone.id, RESULT, message.id, Reason.RECIPIENT)

    async with tx():
        await ROUTER.ended([ended], NOW)
    (plan,) = await ROUTER.plan([a_letter(person)], NOW)

    assert (await PlatformAccount.get(id=gone.id)).unreachable_at == NOW
    assert (await PlatformAccount.get(id=other.id)).unreachable_at is None
    assert [route.recipient_key for route in plan.routes] == [other.id]


async def test_signing_in_again_makes_it_known_again(tools: Tools) -> None:
    phone = await a_phone_session(tools, await a_person())
    account = await PlatformAccount.get(id=phone.session.account_id)
    await PlatformAccount.filter(id=account.id).update(unreachable_at=NOW)
    known = an_account_id(account.subject, account.platform)

    await sign_in_phone(tools, PhoneAccounts({"c": known}), "c", DESK, now=NOW)

    assert (await PlatformAccount.get(id=account.id)).unreachable_at is None
