"""Instants that tests speak of."""

from datetime import UTC, datetime

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""A Tuesday, 03:00 in Rome: nobody is at the help desk."""
