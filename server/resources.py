"""What a process opens when it starts and closes when it stops: database, Redis, platforms."""

import gc
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
from models.store.carrier import WireCarrier
from models.store.challenge import Challenges, Rate
from models.store.client import Store
from models.store.limit import Limit, Limiter
from models.store.session import Sessions
from models.vocabulary import Platform
from server.context import Context
from server.gateways.accounts import AlipayAccount, ECardAccount, WeChatAccount
from server.gateways.alipay import Alipay
from server.gateways.ecard import ECardGateway
from server.gateways.ecard_provider import ServiceBus
from server.gateways.transport import Transport
from server.gateways.wechat import WeChat
from server.hub import Hub
from server.places import Places
from server.qr import qr_table
from server.settings import Settings

COMMAND_S, CONNECT_S = 0.5, 0.3
PLATFORM_S, PLATFORM_CONNECT_S = 5.0, 2.0
POLL_BURST = 5


@dataclass(slots=True)
class Resources:
    """Everything that must be closed again."""

    store: Store
    listener: Redis
    hub: Hub
    shared: Redis | None = None
    transports: list[Transport] = field(default_factory=list)


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
        # The carrier limits each batch as a whole; a limit per command would cost more than the
        # command itself. Whoever uses this client directly is limited by connecting only.
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
    return Store(commands, WireCarrier(commands.connection_pool, COMMAND_S))


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
        locate=lru_cache(maxsize=10_000)(places.name),
        issue_rate=_per_minute(per_minute, capacity=per_minute),
        poll_rate=_per_minute(settings.polls_per_minute, capacity=POLL_BURST),
        sign_in_limit=Limit("phone-sign-in", most=per_minute, window_s=60),
        scan_limit=Limit("scans", most=per_minute, window_s=60),
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
    context.qr = qr_table(context.tools.frames.link)
    context.hub = Hub(listening, context.tools.challenges.versions)
    context.hub.start()
    resources = Resources(store, listening, context.hub)
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
    # What lives as long as the process need not be walked by every collection (performance §4).
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


async def close_all(resources: Resources) -> None:
    """Close in the reverse order; waiting browsers are told goodbye first."""
    await resources.hub.close()
    for transport in resources.transports:
        await transport.stop()
    await resources.store.close()
    await resources.listener.aclose()
    if resources.shared is not None:
        await resources.shared.aclose()
    await close_database()
