"""The product as people meet it: real browsers, real pages, a decoder that is not ours."""

import os

import pytest

if os.environ.get("CI") != "true":
    pytest.importorskip("playwright", reason="Playwright is missing")
