"""The worker as it is run, over real gateways: Alipay, text message and mail arrive, once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from models import outbox
from models.database import tx
from models.delivery import Delivery
from models.identity import Identity
from models.ids import new_id
from models.outbox import Topic
from models.person import Person, PlatformAccount
from models.vocabulary import DeliveryState, Platform
from server.commands.demo_env import TEMPLATES_FILE, platform_environment
from server.context import Context
from server.pushes import WORKER_MOST, deliver
from server.resources import close_all, open_all
from tests.gateways.conftest import Ctl, ctl, sandbox_url
from tests.messages import a_credit, an_account
from tests.registered import a_person, an_identity, settings, vault

__all__ = ["ctl", "sandbox_url"]

PHONE, MAILBOX = "13800002399", "reader@zhangban.example.cn"
RESULT = "sandbox-alipay-grant-result"


@pytest.fixture
async def context(ctl: Ctl, sandbox_url: str, sqlite_url: str) -> AsyncIterator[Context]:
    """What a worker has opened, its platforms played by the sandbox."""
    told = await ctl("/credentials")
    given = platform_environment(sandbox_url, told) | {
        "ZB_DATABASE_URL": sqlite_url,
        "ZB_TEMPLATES_FILE": str(TEMPLATES_FILE),
    }
    plain = {name.removeprefix("ZB_").lower(): value for name, value in given.items()}
    opened = Context(settings(**plain))
    resources = await open_all(opened)
    opened.opened = resources
    yield opened
    await close_all(resources)


async def owe(person: Person, topic: Topic) -> None:
    """Commit an event of this person's."""
    async with tx():
        await outbox.put(
            topic,
            new_id(),
            [outbox.person(person.id)],
            {"unit_name": "测试公司"},
            dedupe_key=new_id(),
            now=Context(settings()).now(),
        )


async def work(context: Context) -> None:
    """Let a worker run until nothing is left to do."""
    stop = asyncio.Event()
    working = asyncio.create_task(deliver(context, context.opened.teller, stop, most=WORKER_MOST))
    for _ in range(200):
        await asyncio.sleep(0.05)
        planned = not await outbox.OutboxEvent.filter(planned_at=None).exists()
        if planned and not await Delivery.filter(state__lt=DeliveryState.SENT).exists():
            break
    stop.set()
    await working


async def states() -> list[tuple[str, int]]:
    rows = await Delivery.all().order_by("id").values_list("channel", "state")
    return [(str(channel.value), int(state)) for channel, state in rows]


async def test_an_alipay_user_is_told_by_template_message(context: Context, ctl: Ctl) -> None:
    person = await a_person()
    account = await an_account(person, Platform.ALIPAY)
    user = await ctl("/alipay/users", {"openid": "worker-1"})
    await PlatformAccount.filter(id=account.id).update(subject=user["open_id"])
    await a_credit(account, RESULT, 2)

    await owe(person, Topic.GRANT_APPROVED)
    await work(context)

    (sent,) = (await ctl(f"/alipay/sent?openid={user['open_id']}"))["items"]
    assert await states() == [("alipay", DeliveryState.SENT)]
    assert sent["template_id"] == RESULT
    assert "已授权" in str(sent["data"])


async def test_who_has_only_a_phone_gets_a_text_message(context: Context, ctl: Ctl) -> None:
    known = an_identity()
    person = await a_person(Identity(known.id_type, known.id_no, known.name, PHONE))

    await owe(person, Topic.GRANT_OFFERED)
    await work(context)

    (text,) = (await ctl(f"/sms?phone={PHONE}"))["items"]
    assert await states() == [("sms", DeliveryState.SENT)]
    assert text["text"].startswith("【掌办】")
    assert known.name not in text["text"]


async def test_who_has_only_a_mailbox_gets_a_mail(context: Context, ctl: Ctl) -> None:
    person = await a_person()
    await Person.filter(id=person.id).update(**Person.sealed_email(vault(), person.id, MAILBOX))

    await owe(person, Topic.GRANT_OFFERED)
    await work(context)

    (mail,) = (await ctl(f"/mail?to={MAILBOX}"))["items"]
    assert await states() == [("email", DeliveryState.SENT)]
    assert "测试公司" in mail["subject"] + mail["text"]
