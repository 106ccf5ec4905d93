"""Documents the application answers with: parsed, and held against the provider's grammar."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Element = ElementTree.Element

# The provider would take text/html too; an application that sends it did not mean to send TwiML.
CONTENT_TYPES = frozenset({"text/xml", "application/xml"})
XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"


class InvalidTwiml(Exception):
    """What is wrong with a document, and where."""


def parse(document: str, dialect: str) -> Element:
    """The document's root, valid by the grammar of `dialect` ('voice' or 'messaging'). Raises InvalidTwiml."""
    grammar = _grammar()
    if len(document.encode()) > grammar["document"]["max_bytes"]:
        raise InvalidTwiml("the document is larger than 64 KiB")
    try:
        root = ElementTree.fromstring(document.strip())
    except ElementTree.ParseError as error:
        raise InvalidTwiml(f"not XML: {error}") from error
    if root.tag != grammar["document"]["root"]:
        raise InvalidTwiml(f"the root is <{root.tag}>, not <Response>")
    _check(root, root.tag, grammar[dialect], root.tag)
    return root


def words(element: Element) -> str:
    """The text of an element and all that is nested in it, as it is spoken."""
    return " ".join("".join(element.itertext()).split())


@cache
def _grammar() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("twiml_grammar.json").read_text(encoding="utf-8"))
    return loaded


def _check(element: Element, name: str, rules: dict[str, Any], path: str) -> None:
    rule = rules[name]
    for attribute, value in element.attrib.items():
        attribute = attribute.replace(XML_NAMESPACE, "xml:")
        if attribute not in rule["attributes"]:
            raise InvalidTwiml(f"{path} has no attribute '{attribute}'")
        _check_value(value, rule["attributes"][attribute], f"{path}/@{attribute}")
    _check_text(element, rule["text"], path)
    for child in element:
        if child.tag not in rule["children"]:
            raise InvalidTwiml(f"<{child.tag}> is not allowed in {path}")
        _check(child, rule["children"][child.tag], rules, f"{path}/{child.tag}")


def _check_value(value: str, rule: dict[str, Any], path: str) -> None:
    values = value.split(rule["separator"]) if rule.get("list") else [value]
    for one in values:
        if problem := _problem(one, rule):
            raise InvalidTwiml(f"{path} = '{value}': {problem}")


def _problem(value: str, rule: dict[str, Any]) -> str | None:
    kind = rule["type"]
    if kind == "enum" and not rule.get("open") and value not in rule["values"]:
        return "not one of " + ", ".join(rule["values"][:12])
    if kind == "boolean" and value not in ("true", "false"):
        return "neither true nor false"
    if kind == "uri" and not _is_address(value):
        return "not an address"
    if kind == "integer":
        return _integer_problem(value, rule)
    if "pattern" in rule and not re.fullmatch(rule["pattern"], value):
        return f"does not match {rule['pattern']}"
    return None


def _integer_problem(value: str, rule: dict[str, Any]) -> str | None:
    if not re.fullmatch(r"-?[0-9]+", value):
        return "not a whole number"
    if "min" in rule and int(value) < rule["min"]:
        return f"less than {rule['min']}"
    if "max" in rule and int(value) > rule["max"]:
        return f"more than {rule['max']}"
    return None


def _check_text(element: Element, rule: dict[str, Any], path: str) -> None:
    own = "".join([element.text or "", *(child.tail or "" for child in element)])
    if own.strip() and not rule["allowed"]:
        raise InvalidTwiml(f"{path} may hold no text")
    if rule.get("required") and not words(element):
        raise InvalidTwiml(f"{path} is empty")
    if len("".join(element.itertext())) > rule.get("maxlen", 65536):
        raise InvalidTwiml(f"{path} is longer than {rule['maxlen']} characters")
    if rule.get("type") == "uri" and own.strip() and not _is_address(own.strip()):
        raise InvalidTwiml(f"{path} = '{own.strip()}' is not an address")
    if "pattern" in rule and not re.fullmatch(rule["pattern"], own):
        raise InvalidTwiml(f"{path} = '{own.strip()}' does not match {rule['pattern']}")


def _is_address(value: str) -> bool:
    return bool(value) and not re.search(r"\s", value)
