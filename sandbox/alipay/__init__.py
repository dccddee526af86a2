"""Alipay's open gateway for mini-programs (platforms §3)."""
