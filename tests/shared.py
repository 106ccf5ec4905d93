"""What is compiled once in a test process and not by each application that a test makes: routes and templates."""

from collections.abc import Iterator
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Map, MapAdapter, Rule, RuleFactory


class SharedRoutes(Map):
    """The routes of one application, compiled together with those of every application that has the same.

    It only collects rules, and has another map do the rest. A rule names a view and does not hold it, so applications
    whose rules are alike can have one map. Flask asks for no more than what is here.
    """

    _maps: ClassVar[dict[tuple[Any, ...], Map]] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._options = options
        self._collected: list[Rule] = []
        self._compiled: Map | None = None

    def add(self, rulefactory: RuleFactory) -> None:
        self._collected.extend(rulefactory.get_rules(self))
        self._compiled = None

    def bind(self, *arguments: Any, **options: Any) -> MapAdapter:
        return self._shared().bind(*arguments, **options)

    def bind_to_environ(self, *arguments: Any, **options: Any) -> MapAdapter:
        return self._shared().bind_to_environ(*arguments, **options)

    def iter_rules(self, endpoint: Any = None) -> Iterator[Rule]:
        return self._shared().iter_rules(endpoint)

    def is_endpoint_expecting(self, endpoint: Any, *arguments: str) -> bool:
        return self._shared().is_endpoint_expecting(endpoint, *arguments)

    def _shared(self) -> Map:
        if self._compiled is None:
            key = (repr(self._options), *map(_all_of, self._collected))
            if key not in self._maps:
                self._maps[key] = Map(self._collected, **self._options)
            self._compiled = self._maps[key]
        return self._compiled


def _all_of(rule: Rule) -> tuple[Any, ...]:
    """What makes two rules alike: Flask adds `provide_automatic_options` to what Werkzeug has."""
    own = {**rule.get_empty_kwargs(), "methods": frozenset(rule.methods or ()), "defaults": repr(rule.defaults)}
    return rule.rule, getattr(rule, "provide_automatic_options", None), *own.values()


class _Compiled(BytecodeCache):
    """By what a template is called and what is in it."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def share_templates(app: Flask) -> Flask:
    app.jinja_env.bytecode_cache = _COMPILED
    return app
