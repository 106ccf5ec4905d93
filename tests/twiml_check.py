"""Checks a document that the provider is to play against the provider's grammar, element by element."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

GRAMMAR = Path(__file__).with_name("data") / "twiml_grammar.json"


def check(document: str, vocabulary: str = "voice") -> ElementTree.Element:
    """The root of a valid document of the `vocabulary` ('voice' or 'messaging'); fails with every fault in words."""
    grammar = _grammar()
    assert len(document.encode()) <= grammar["document"]["max_bytes"], "the document is too large"
    root = ElementTree.fromstring(document)
    assert root.tag == grammar["document"]["root"], f"the root is {root.tag}"
    faults = list(_faults(root, root.tag, grammar[vocabulary]))
    assert not faults, "\n".join([*faults, document])
    return root


@cache
def _grammar() -> dict[str, Any]:
    grammar: dict[str, Any] = json.loads(GRAMMAR.read_text())
    return grammar


def _faults(element: ElementTree.Element, name: str, vocabulary: Mapping[str, Any]) -> Iterator[str]:
    rules = vocabulary[name]
    for attribute, value in element.attrib.items():
        if attribute not in rules["attributes"]:
            yield f"{name} has no attribute {attribute}"
        elif fault := _value_fault(value, rules["attributes"][attribute]):
            yield f"{name} {attribute}={value!r}: {fault}"
    text = (element.text or "").strip()
    if fault := _text_fault(text, rules["text"]):
        yield f"{name}: {fault}"
    for child in element:
        if child.tag in rules["children"]:
            yield from _faults(child, rules["children"][child.tag], vocabulary)
        else:
            yield f"{name} cannot hold {child.tag}"


def _value_fault(value: str, rule: Mapping[str, Any]) -> str | None:
    values = value.split(rule["separator"]) if rule.get("list") else [value]
    return next((fault for each in values if (fault := _single_fault(each, rule))), None)


def _single_fault(value: str, rule: Mapping[str, Any]) -> str | None:
    kind = rule["type"]
    if kind == "uri":
        return None if urlsplit(value).scheme in ("http", "https") else "not an absolute address"
    if kind == "boolean":
        return None if value in ("true", "false") else "not a boolean"
    if kind == "integer":
        return _number_fault(value, rule)
    if kind == "enum":
        return None if rule.get("open") or value in rule["values"] else "not one of the values"
    return None if "pattern" not in rule or re.fullmatch(rule["pattern"], value) else "does not match its pattern"


def _number_fault(value: str, rule: Mapping[str, Any]) -> str | None:
    if not re.fullmatch(r"-?[0-9]+", value):
        return "not a whole number"
    return None if rule.get("min", 0) <= int(value) <= rule.get("max", int(value)) else "out of range"


def _text_fault(text: str, rule: Mapping[str, Any]) -> str | None:
    if text and not rule["allowed"]:
        return "holds text"
    if not text and rule.get("required"):
        return "holds no text"
    if len(text) > rule.get("maxlen", len(text)):
        return "its text is too long"
    if text and "pattern" in rule and not re.fullmatch(rule["pattern"], text):
        return f"its text {text!r} does not match its pattern"
    return _single_fault(text, rule) if rule.get("type") == "uri" and text else None
