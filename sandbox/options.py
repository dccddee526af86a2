"""How a sandbox is started."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """port 0 takes any free one. callback: where WeChat's events go, empty for the product's own.

    product: base URL of the product, empty for http://127.0.0.1:<port - 1>.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    callback: str = ""
    product: str = ""
    seed: int = 1

    def product_at(self, port: int) -> str:
        """The product's base URL when the sandbox listens on port."""
        return (self.product or f"http://127.0.0.1:{port - 1}").rstrip("/")

    def callback_at(self, port: int) -> str:
        """The product's callback for WeChat's events when the sandbox listens on port."""
        return self.callback or f"{self.product_at(port)}/api/v1/callbacks/wechat"
