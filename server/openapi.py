"""The API described: an OpenAPI 3.1 document made from the declarations that check requests."""


def text() -> bytes:
    """The document as JSON."""
    return b"{}"


def page() -> str:
    """The document for people."""
    return ""
