"""What tests of all routes share: the rules of an application, sample addresses for them, and everything on file."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from models.database import Base, Database

ONE_OF = re.compile(r"<any\('?([^',)]+)[^)]*\):(\w+)>")
"""The first word that an argument may be, and its name."""


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Each method of each rule, without those that Flask adds."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def address(app: Flask, rule: Rule, values: Mapping[str, Any]) -> str:
    """Return the address of a rule with these values, of which it takes those that it needs.

    An argument that is one of a few words needs none: the first of them is taken.
    """
    chosen = {argument: first for first, argument in ONE_OF.findall(rule.rule)}
    needed = {name: values[name] if name in values else chosen[name] for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, needed)


def on_file(database: Database, but: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, without those of the tables `but`."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
    with database.read() as session:
        return {table.name: [tuple(row) for row in session.execute(sa.select(table))] for table in tables}
