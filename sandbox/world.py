"""Everything one running sandbox knows; a reset makes it anew."""

from collections import Counter

from cryptography.hazmat.primitives.asymmetric import ec
from sanic.request import Request

from sandbox.alipay.keys import AlipayKeys
from sandbox.alipay.platform import AlipayPlatform
from sandbox.ca.authority import Authority
from sandbox.chance import Chance
from sandbox.clock import Clock
from sandbox.core.changes import Changes
from sandbox.courier import Courier
from sandbox.ecard.platform import ECardPlatform
from sandbox.faults import FaultBoard
from sandbox.knobs import Knobs
from sandbox.letters.boxes import LetterBoxes
from sandbox.registry.records import Registries
from sandbox.wechat.platform import WeChatPlatform


class World:
    """The platforms, their clock, faults and counters. Keys and URLs survive a reset."""

    def __init__(self, *, seed: int, product: str, callback: str) -> None:
        self.product = product
        self.callback = callback
        self.keys = AlipayKeys()
        self.ca_key = ec.generate_private_key(ec.SECP256R1())
        self.courier = Courier()
        self.smtp_port = 0
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Forget everything that happened."""
        self.seed = seed
        self.clock = Clock()
        self.chance = Chance(seed)
        self.knobs = Knobs(callback=self.callback)
        self.faults = FaultBoard(self.chance)
        self.calls: Counter[str] = Counter()
        self.personas: list[dict[str, object]] = []
        self.wechat = WeChatPlatform(self.clock, self.chance, self.knobs, self.courier)
        self.alipay = AlipayPlatform(self.clock, self.chance, self.knobs, self.keys)
        self.ecard = ECardPlatform(self.clock, self.chance, self.knobs)
        self.registries = Registries()
        self.ca = Authority(self.clock, self.knobs, self.ca_key)
        self.core = Changes(self.clock)
        self.letters = LetterBoxes(self.clock)


def world_of(request: Request) -> World:
    """The world a request came into."""
    world: World = request.app.ctx.world
    return world
