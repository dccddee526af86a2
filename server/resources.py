"""What a process opens when it starts and closes when it stops: database, Redis, platforms."""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from tortoise import Tortoise

from handlers.ports import PhonePlatform
from handlers.tools import Tools
from models.database import STATEMENT_S, tortoise_config
from models.frame import Frames
from models.sealed import Vault
from models.store.challenge import Challenges, Rate
from models.store.client import Store
from models.store.ear import Ear, WireEar
from models.store.limit import Limit, Limiter
from models.store.news import News
from models.store.session import Sessions
from models.store.wire import WireCarrier
from models.vocabulary import Platform
from server.context import Context
from server.gateways.accounts import (
    AlipayAccount,
    CaAccount,
    CoreAccount,
    ECardAccount,
    WeChatAccount,
)
from server.gateways.alipay import Alipay
from server.gateways.ca import Ca
from server.gateways.core import Core
from server.gateways.ecard import ECardGateway
from server.gateways.ecard_provider import ServiceBus
from server.gateways.mail import Mail, MailAccount
from server.gateways.outside import Outside
from server.gateways.registry import Registry
from server.gateways.revocation import Lists
from server.gateways.sms import Sms, SmsAccount
from server.gateways.transport import Transport
from server.gateways.wechat import WeChat
from server.hashing import Hashing
from server.hub import Hub
from server.places import Places
from server.pushes import Teller
from server.qr import qr_table
from server.settings import Settings
from server.showing import Shows
from server.wire.ingest_bodies import read_units

COMMAND_S, CONNECT_S = 0.5, 0.3
PLATFORM_S, PLATFORM_CONNECT_S = 5.0, 2.0
POLL_BURST = 5


@dataclass(slots=True)
class Resources:
    """Everything that must be closed again."""

    store: Store
    listener: Redis
    hub: Hub
    hashing: Hashing
    teller: Teller
    shared: Redis | None = None
    transports: list[Transport] = field(default_factory=list)
    outside: Outside | None = None


def vault_of(settings: Settings) -> Vault:
    """The vault for these settings; key ids count up from 1, the newest is last."""
    older = settings.older_master_keys
    kid = 1 + max((number for number, _ in older), default=0)
    return Vault(settings.master_key, settings.crypto_suite, kid=kid, older=older)


def redis_clients(settings: Settings) -> tuple[Redis, Redis]:
    """A client for commands and one to listen with (reliability F4, F5).

    Commands end within half a second and are never repeated; listening waits as long as it takes.
    """
    if settings.embedded:
        server = FakeServer()
        return (
            FakeAsyncRedis(server=server, decode_responses=True),
            FakeAsyncRedis(server=server, decode_responses=True),
        )
    commands = BlockingConnectionPool.from_url(
        settings.redis_url,
        decode_responses=True,
        max_connections=16,
        timeout=COMMAND_S,
        # The carrier watches the oldest command under way; a limit per command would cost more
        # than the command itself. Whoever uses this client directly is limited by connecting only.
        socket_timeout=None,
        socket_connect_timeout=CONNECT_S,
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
    )
    listener = Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_S,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis(connection_pool=commands), listener


def store_of(settings: Settings, commands: Redis) -> Store:
    """The batching front of a command client, with the carrier that suits it."""
    if settings.embedded:
        return Store(commands)
    return Store(commands, WireCarrier(commands.connection_pool))


def ear_of(settings: Settings, listening: Redis) -> Callable[[], Ear]:
    """Makes subscriptions of a listening client."""
    if settings.embedded:
        return listening.pubsub
    return lambda: WireEar(listening.connection_pool)


async def open_database(settings: Settings, *, statement_s: float = STATEMENT_S) -> None:
    """Connect Tortoise to the database of the settings. statement_s: the limit of a statement."""
    config = tortoise_config(settings.database_url, statement_s=statement_s)
    await Tortoise.init(config=config, _enable_global_fallback=True)


async def close_database() -> None:
    """Give the connections back."""
    await Tortoise.close_connections()


def tools_of(settings: Settings, store: Store, places: Places) -> Tools:
    """The tools that handlers work with."""
    vault = vault_of(settings)
    per_minute = settings.challenges_per_minute
    return Tools(
        vault=vault,
        frames=Frames(vault, settings.public_url),
        challenges=Challenges(store),
        sessions=Sessions(store, most_devices=settings.most_devices),
        limiter=Limiter(store),
        news=News(store),
        locate=lru_cache(maxsize=10_000)(places.name),
        issue_rate=_per_minute(per_minute, capacity=per_minute),
        poll_rate=_per_minute(settings.polls_per_minute, capacity=POLL_BURST),
        sign_in_limit=Limit("phone-sign-in", most=per_minute, window_s=60),
        scan_limit=Limit("scans", most=per_minute, window_s=60),
        password_limit=Limit("passwords", most=settings.password_tries, window_s=300),
        browser_limit=Limit("passwords-b", most=-(-settings.password_tries // 3), window_s=300),
        code_limit=Limit("codes", most=settings.codes_per_hour, window_s=3600),
        site=settings.public_url,
        acceptance=settings.grant_acceptance,
        issuers=settings.issuers,
    )


def _per_minute(count: int, *, capacity: int) -> Rate:
    return Rate(capacity=max(capacity, 1), refill_ms=max(1, 60_000 // count))


async def open_all(context: Context) -> Resources:
    """Open what the server needs, and fill the context."""
    settings = context.settings
    await open_database(settings)
    commands, listening = redis_clients(settings)
    store = store_of(settings, commands)
    context.places = Places.from_file(settings.places_file)
    context.tools = tools_of(settings, store, context.places)
    frames = context.tools.frames
    context.shows = Shows(frames, qr_table(frames.link))
    context.hub = Hub(ear_of(settings, listening), context.tools.challenges.versions)
    context.hub.start()
    context.hashing = hashing = Hashing()
    teller = Teller(context)
    await teller.bus.open()
    resources = Resources(store, listening, context.hub, hashing, teller)
    resources.shared = _platform_client(settings, commands)
    await open_platforms(context, resources, resources.shared)
    _settle_memory()
    return resources


def _platform_client(settings: Settings, commands: Redis) -> Redis:
    # The gateways share tokens by single commands; for them redis-py's own limits are enough.
    if settings.embedded:
        return commands
    return Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=COMMAND_S,
        socket_connect_timeout=CONNECT_S,
        retry=Retry(NoBackoff(), 0),
    )


async def open_platforms(context: Context, resources: Resources, redis: Redis) -> None:
    """Open a session to each platform that the settings name."""
    settings = context.settings
    platforms: dict[Platform, PhonePlatform] = {}
    if settings.wechat_appid:
        transport = await _transport(settings.wechat_api_base, resources)
        account = WeChatAccount(
            settings.wechat_api_base, settings.wechat_appid, settings.wechat_secret
        )
        platforms[Platform.WECHAT] = WeChat(account, transport, redis)
    if settings.alipay_appid:
        transport = await _transport(settings.alipay_gateway, resources)
        platforms[Platform.ALIPAY] = Alipay(_alipay(settings), transport, context.now)
    if settings.ecard_base:
        transport = await _transport(settings.ecard_base, resources)
        account_of_card = _ecard(settings)
        provider = ServiceBus(account_of_card, transport, context.now)
        context.ecard = ECardGateway(account_of_card, provider, provider)
    context.platforms = platforms
    await _open_systems(context, resources)
    await _open_letters(context, resources)


async def _open_systems(context: Context, resources: Resources) -> None:
    """The systems that certificates and units are checked with."""
    settings = context.settings
    if settings.ca_base:
        ca = CaAccount(settings.ca_base, settings.ca_key, settings.ca_secret)
        context.ca = Ca(ca, await _transport(settings.ca_base, resources), context.now)
    if settings.issuers:
        resources.outside = await Outside(settings.revocation_hosts).start()
        context.revocations = Lists(resources.outside, context.now)
    if settings.registry_base:
        context.registries = Registry(await _transport(settings.registry_base, resources))
    if settings.core_base:
        core = CoreAccount(settings.core_base, settings.core_key, settings.core_secret)
        transport = await _transport(settings.core_base, resources)
        context.core = Core(core, transport, context.now, read_units)


async def _open_letters(context: Context, resources: Resources) -> None:
    """The ways out to phones and mailboxes that the settings name."""
    settings = context.settings
    if settings.sms_base:
        account = SmsAccount(
            settings.sms_base, settings.sms_key, settings.sms_secret, settings.sms_signature
        )
        context.sms = Sms(account, await _transport(settings.sms_base, resources), context.now)
    if settings.smtp_host:
        context.mail = Mail(
            MailAccount(
                host=settings.smtp_host,
                port=settings.smtp_port,
                security=settings.smtp_security,
                user=settings.smtp_user,
                password=settings.smtp_password,
                sender=settings.smtp_sender,
            ),
            context.now,
        )


async def _transport(base_url: str, resources: Resources) -> Transport:
    transport = Transport(
        base_url,
        total_s=PLATFORM_S,
        connect_s=PLATFORM_CONNECT_S,
        allow_hosts={urlsplit(base_url).hostname or ""},
    )
    await transport.start()
    resources.transports.append(transport)
    return transport


def _alipay(settings: Settings) -> AlipayAccount:
    return AlipayAccount(
        gateway_url=settings.alipay_gateway,
        appid=settings.alipay_appid,
        private_key=settings.alipay_private_key,
        public_key=settings.alipay_public_key,
    )


def _ecard(settings: Settings) -> ECardAccount:
    return ECardAccount(
        base_url=settings.ecard_base,
        channel_no=settings.ecard_channel_no,
        access_no=settings.ecard_access_no,
        access_key=settings.ecard_access_key,
        secret_key=settings.ecard_secret_key,
        encrypt_key=settings.ecard_encrypt_key,
        iv=settings.ecard_iv,
        system_name=settings.ecard_system_name,
    )


def _settle_memory() -> None:
    # What lives as long as the process need not be walked by every collection (performance §4). The
    # young are few at a time, so that a crowd of new streams is never walked at once (50 ms for
    # 100 000 of them); what has lived through it is walked as seldom as ever.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 500, 1000)


async def close_all(resources: Resources) -> None:
    """Close in the reverse order; waiting browsers are told goodbye first."""
    await resources.hub.close()
    await resources.teller.close()
    resources.hashing.close()
    for transport in resources.transports:
        await transport.stop()
    if resources.outside is not None:
        await resources.outside.stop()
    await resources.store.close()
    await resources.listener.aclose()
    if resources.shared is not None:
        await resources.shared.aclose()
    await close_database()
