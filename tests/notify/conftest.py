"""Resources of the notify tests: those of the handlers'."""

from tests.handlers.conftest import (
    backing,
    database,
    database_url,
    hasher,
    postgres_url,
    redis,
    schema_file,
    tools,
)

__all__ = [
    "backing",
    "database",
    "database_url",
    "hasher",
    "postgres_url",
    "redis",
    "schema_file",
    "tools",
]
