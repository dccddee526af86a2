"""Parsing that nothing comes in between: CPython 3.11 miscounts its recursion otherwise.

The collector may run inside `ast.parse`; a finalizer that it calls may report a fault, the report
is a traceback, and formatting that parses again (python/cpython#106905: SystemError, "AST
constructor recursion depth mismatch"). Sanic parses whenever an application starts, pytest with
every module, so one run in several met it.
"""

import ast
import functools
import gc
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sanic.touchup.schemes import base

P = ParamSpec("P")
T = TypeVar("T")


def undisturbed(parse: Callable[P, T]) -> Callable[P, T]:
    """The same parser, with the collector held off while it is at work."""

    @functools.wraps(parse)
    def parsing(*args: P.args, **kwargs: P.kwargs) -> T:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return parse(*args, **kwargs)
        finally:
            if collecting:
                gc.enable()

    return parsing


def hold_the_collector_off() -> None:
    """For the whole process, for pytest's parsing and for Sanic's."""
    ast.parse = undisturbed(ast.parse)
    base.parse = ast.parse  # type: ignore[attr-defined]
