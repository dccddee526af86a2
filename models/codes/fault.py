"""The one exception of malformed numbers and names."""


class CodeFault(ValueError):
    """A typed number or name cannot be right.

    detail: what to correct, in Chinese, fit for a form field; it never repeats what was typed,
    so it may be logged.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
