"""The phone simulator in a real browser."""

import os

import pytest

if os.environ.get("CI") != "true":
    pytest.importorskip("playwright", reason="Playwright is missing")
