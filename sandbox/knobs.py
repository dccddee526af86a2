"""What a test may turn on the platforms beyond the fixed contract (`POST /_ctl/settings`)."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Knobs:
    """Behaviour of the platforms.

    full_identity: the e-card tells name and number at once, not only the card number.
    qr_life_s: life of an e-card QR code.
    open_id_only: the Alipay app is a newer one and gets `open_id`, never `user_id`.
    push_mode: `safe` or `plain`; push_format: `json` or `xml`; push_copies: deliveries per event.
    ca_takes_s: how long the CA is at work on a renewal.
    callback: where WeChat's events go; empty sends none.
    published_pages: pages of the released mini-program; empty means every well-formed page.
    """

    full_identity: bool = True
    qr_life_s: int = 300
    open_id_only: bool = True
    push_mode: str = "safe"
    push_format: str = "json"
    push_copies: int = 1
    ca_takes_s: int = 0
    callback: str = ""
    published_pages: list[str] = field(default_factory=list)
