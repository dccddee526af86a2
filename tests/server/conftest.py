"""Databases of the server tests: those of the model tests."""

from tests.models.conftest import backing, database, database_url, postgres_url, schema_file

__all__ = ["backing", "database", "database_url", "postgres_url", "schema_file"]
