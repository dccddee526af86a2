"""`zhangban openapi`: print the OpenAPI document of the API."""

import argparse
import sys

from server.app import operations
from server.openapi.document import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(given: argparse.Namespace) -> int:
    """Write the document to standard output; needs neither settings nor a database."""
    sys.stdout.buffer.write(text(tuple(operations())) + b"\n")
    return 0
