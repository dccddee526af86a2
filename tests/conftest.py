"""Fixtures that every folder of tests may ask for."""

from tests.live import live, product

__all__ = ["live", "product"]
