"""What tests of all routes share: the rules of an application, sample addresses for them, and everything on file."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from models.database import Base, Database


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Each method of each rule, without those that Flask adds."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def address(app: Flask, rule: Rule, values: Mapping[str, Any]) -> str:
    """The address of a rule with these values."""
    path = app.url_map.bind("localhost").build(rule.endpoint, dict(values), force_external=False)
    return path


def on_file(database: Database, but: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, without those of the tables `but`."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
    with database.read() as session:
        return {table.name: [tuple(row) for row in session.execute(sa.select(table))] for table in tables}
