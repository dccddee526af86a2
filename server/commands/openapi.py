"""`zhangban openapi`: print the OpenAPI document of the API."""

import argparse
import sys

from server.openapi import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(given: argparse.Namespace) -> int:
    """Write the document to standard output; needs neither settings nor a database."""
    sys.stdout.buffer.write(text() + b"\n")
    return 0
