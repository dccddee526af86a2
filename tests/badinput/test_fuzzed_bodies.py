"""Random input against every shape that clients send: it fits or is refused, nothing else."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors.entry import Refusal
from server.app import operations
from server.bodies import convert, read_json
from server.operation import Operation

JSON = "application/json"
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


def _fits_or_is_refused(read: Callable[[], object], shape: type[msgspec.Struct]) -> bool:
    """Whether reading ends in the shape or in a refusal of the input; anything else is raised."""
    try:
        return isinstance(read(), shape)
    except Refusal as refusal:
        return refusal.status in (400, 422)


def _bodies() -> list[Operation]:
    return [each for each in operations() if each.body is not None and not each.page]


def _shapes() -> list[type[msgspec.Struct]]:
    return sorted({each.body for each in _bodies() if each.body}, key=lambda shape: shape.__name__)


def _queries() -> list[type[msgspec.Struct]]:
    return sorted(
        {each.query for each in operations() if each.query}, key=lambda shape: shape.__name__
    )


def _documents(shape: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Objects with the right names and anything for a value, some with further names."""
    names = {field.encode_name: _values for field in msgspec.structs.fields(shape)}
    right = st.fixed_dictionaries({}, optional=names)
    return st.builds(
        lambda one, other: {**other, **one}, right, st.dictionaries(st.text(), _values)
    )


@pytest.mark.parametrize("shape", _shapes(), ids=lambda shape: shape.__name__)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_any_document_fits_or_is_refused(shape: type[msgspec.Struct], data: st.DataObject) -> None:
    document = data.draw(_documents(shape) | _values)
    body = json.dumps(document, ensure_ascii=data.draw(st.booleans())).encode(
        errors="surrogatepass"
    )

    assert _fits_or_is_refused(lambda: read_json(JSON, body, shape), shape)


@settings(max_examples=400, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for shape in _shapes()[:3]:
        assert _fits_or_is_refused(partial(read_json, JSON, body, shape), shape)


@pytest.mark.parametrize("operation", _bodies(), ids=lambda each: each.function.__name__)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_good_body_with_one_byte_changed_is_read_or_refused(
    operation: Operation, data: st.DataObject
) -> None:
    assert operation.body is not None
    body = bytearray(msgspec.json.encode(operation.example))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    shape = operation.body
    assert _fits_or_is_refused(lambda: read_json(JSON, bytes(body), shape), shape)


@pytest.mark.parametrize("query", _queries(), ids=lambda shape: str(shape.__name__))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_query_fits_or_is_refused(query: type[msgspec.Struct], data: st.DataObject) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(query)]
    key = st.sampled_from(names) | st.text() if names else st.text()
    given_texts = data.draw(st.dictionaries(key, st.text() | st.lists(st.text(), min_size=2)))

    assert _fits_or_is_refused(lambda: convert(given_texts, query, texts=True), query)


def test_every_example_of_a_declaration_is_a_body_that_works() -> None:
    for operation in _bodies():
        assert operation.body is not None
        body = msgspec.json.encode(operation.example)

        assert isinstance(read_json(JSON, body, operation.body), operation.body), operation.path
