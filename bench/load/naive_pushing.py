"""`python -m bench.load.naive_pushing wechatpy|naive …`: pushing as it is commonly written.

wechatpy as it comes, in threads; and reminders by the ORM row by row: create, send, save. Prints
one JSON object, as bench.load.pushing does.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wechatpy import WeChatClient
from wechatpy.client.api import WeChatWxa

from bench.load.pushing import body_to, cpu_s, people, template, told_of
from models.delivery import Delivery
from models.ids import new_id
from models.inbox import InboxMessage
from models.person import PlatformAccount
from models.vocabulary import DeliveryChannel, DeliveryState, Urgency
from server.clock import utc_now
from server.resources import close_database, open_database
from server.settings import Settings

THREADS = 50


def client_of(sandbox: str) -> WeChatClient:
    """wechatpy's own client, pointed at the sandbox; its token is given, for it asks elsewhere."""
    WeChatWxa.API_BASE_URL = f"{sandbox}/wechat/"
    appid, secret = os.environ["ZB_WECHAT_APPID"], os.environ["ZB_WECHAT_SECRET"]
    client = WeChatClient(appid, secret, access_token=_token(sandbox, appid, secret))
    client.API_BASE_URL = f"{sandbox}/wechat/cgi-bin/"
    return client


def _token(sandbox: str, appid: str, secret: str) -> str:
    asked = {"grant_type": "client_credential", "appid": appid, "secret": secret}
    request = urllib.request.Request(
        f"{sandbox}/wechat/cgi-bin/stable_token",
        json.dumps(asked).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.loads(answer.read())["access_token"])


def send(client: WeChatClient, openid: str) -> None:
    """One subscribe message."""
    body = body_to(openid)
    client.wxa.send_subscribe_message(openid, template().id, body["data"], page=body["page"])


def wechatpy(sandbox: str, count: int) -> dict[str, Any]:
    """So many messages by as many threads as the engine has pushes under way."""
    client = client_of(sandbox)
    send(client, "bench-0")
    with ThreadPoolExecutor(THREADS) as pool:
        began, used = time.perf_counter(), cpu_s()
        list(pool.map(lambda n: send(client, f"bench-{n % 1000}"), range(count)))
        return told_of(count, began, used)


async def naive(sandbox: str, count: int) -> dict[str, Any]:
    """Reminders by the ORM: a message and a delivery each, sent in a thread, saved."""
    await open_database(Settings.from_environ())
    client = client_of(sandbox)
    await asyncio.to_thread(send, client, "bench-0")
    ids = await people(min(count, 1000))
    accounts = {row.person_id: row for row in await PlatformAccount.filter(person_id__in=ids)}
    began, used = time.perf_counter(), cpu_s()
    for number in range(count):
        await _owed(ids[number % len(ids)], accounts, number)
    turns = asyncio.Semaphore(THREADS)

    async def one(row: Delivery) -> None:
        async with turns:
            row.state = DeliveryState.SENDING
            await row.save()
            account = await PlatformAccount.get(id=row.recipient_key)
            await asyncio.to_thread(send, client, account.subject)
            row.state = DeliveryState.SENT
            await row.save()

    await asyncio.gather(*(one(row) for row in await Delivery.filter(state=0).order_by("id")))
    told = told_of(count, began, used)
    await close_database()
    return told


async def _owed(person_id: str, accounts: dict[str | None, PlatformAccount], number: int) -> None:
    now = utc_now()
    message = await InboxMessage.create(
        id=new_id(),
        recipient=f"person:{person_id}",
        person_id=person_id,
        topic="grant.revoked",
        subject="s",
        event_key=f"n{number}",
        facts="{}",
        urgency=Urgency.NORMAL,
        created_at=now,
    )
    await Delivery.create(
        message=message,
        channel=DeliveryChannel.WECHAT,
        recipient_key=accounts[person_id].id,
        template=template().id,
        urgency=Urgency.NORMAL,
        due_at=now,
        created_at=now,
    )


if __name__ == "__main__":
    role, url, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    found = wechatpy(url, number) if role == "wechatpy" else asyncio.run(naive(url, number))
    sys.stdout.write(json.dumps(found) + "\n")
