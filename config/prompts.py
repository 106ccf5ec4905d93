"""Loads the sentences of config/prompts: en.toml with every sentence by key, and one file for every other language."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from config.prompt_keys import PROMPT_KEYS
from rules.wording import Tongue, Wording, placeholders

FOLDER = Path(__file__).with_name("prompts")
ENGLISH = "en"
TONGUE_KEYS = {
    "name": frozenset[str](),
    "locale": frozenset[str](),
    "offer": frozenset({"key"}),
    "redirect": frozenset({"portal"}),
}


class PromptError(Exception):
    """The sentences cannot be used. Its text has one line for every problem: the file, the key, and what is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_wording(folder: Path = FOLDER) -> Wording:
    """Every sentence that is spoken or sent, the other languages by their codes.

    Raises PromptError with every problem at once.
    """
    problems: list[str] = []
    english = _read(folder, ENGLISH, problems)
    sentences = _sentences(english)
    problems += _sentence_problems(sentences)
    problems += _field_problems("en.toml", english, {"locale": frozenset()})
    others = sorted(path.stem for path in folder.glob("*.toml") if path.stem != ENGLISH)
    tongues = [_tongue(folder, code, problems) for code in others]
    if problems:
        raise PromptError(problems)
    return Wording(sentences, english["locale"], english.get("voice"), tuple(tongue for tongue in tongues if tongue))


def _read(folder: Path, code: str, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{code}.toml: {error}")
        return {}


def _sentences(english: Mapping[str, Any]) -> dict[str, Any]:
    """The sections as one table: 'section.key'."""
    sections = {name: value for name, value in english.items() if isinstance(value, dict)}
    return {f"{section}.{key}": text for section, table in sections.items() for key, text in table.items()}


def _sentence_problems(sentences: Mapping[str, Any]) -> Iterator[str]:
    for key in PROMPT_KEYS.keys() - sentences.keys():
        yield f"en.toml: {key}: missing."
    for key, text in sentences.items():
        if key in PROMPT_KEYS:
            yield from _text_problems("en.toml", key, text, PROMPT_KEYS[key])
        else:
            yield f"en.toml: {key}: no such sentence is ever used."


def _text_problems(file: str, key: str, text: object, allowed: frozenset[str]) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{file}: {key}: must be a text."
        return
    try:
        unknown = placeholders(text) - allowed
        text.format_map(dict.fromkeys(allowed | unknown, ""))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        yield f"{file}: {key}: {error}."
        return
    for name in sorted(unknown):
        known = ", ".join(sorted(allowed)) or "none"
        yield f"{file}: {key}: unknown placeholder {{{name}}}; it may use: {known}."


def _field_problems(file: str, fields: Mapping[str, Any], required: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for key, allowed in required.items():
        yield from _text_problems(file, key, fields.get(key), allowed)
    if not isinstance(fields.get("voice", ""), str):
        yield f"{file}: voice: must be a text."


def _tongue(folder: Path, code: str, problems: list[str]) -> Tongue | None:
    fields = _read(folder, code, problems)
    if not fields:
        return None
    found = [*_field_problems(f"{code}.toml", fields, TONGUE_KEYS)]
    found += [f"{code}.toml: {key}: unknown." for key in fields.keys() - TONGUE_KEYS.keys() - {"voice"}]
    problems += found
    return None if found else Tongue(code=code, voice=fields.get("voice"), **{key: fields[key] for key in TONGUE_KEYS})
