"""Stand-ins of WeChat, Alipay, the e-card platform and the registries, on their wire protocols.

A program of its own: it imports nothing of the product, and the product reaches it only over HTTP.
"""
