"""The prompts: every sentence that is spoken or sent, by where it is heard, with its seconds or its segments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form, SelectField

from admin import fields, prompt_samples
from admin.guard import Doors, Permission
from admin.prompt_places import PARTS, PLACES, SPOKEN, Part, Place, place_of
from admin.prompt_samples import Piece
from rules import gsm7
from rules.line import Line
from rules.speech import speaking_seconds
from rules.wording import Tongue

ENGLISH = "en"
MOST_FOUND = 80
RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """`seconds` of one that is spoken, `segments` and `septets` of one that is texted; None for the others."""

    key: str
    place: Place
    language: str
    locale: str
    direction: str
    pieces: Sequence[Piece]
    seconds: int | None
    segments: int | None
    septets: int | None

    @property
    def text(self) -> str:
        return "".join(words for words, _ in self.pieces)

    def is_about(self, words: str) -> bool:
        """Whether all the words that somebody looks for are in it, its key or its title."""
        here = f"{self.key} {self.place.title} {self.text}".lower()
        return all(word in here for word in words.lower().split())


class FindForm(Form):
    """The address of the page: it is no secret and changes nothing."""

    q = fields.text("Find a sentence", longest=100)
    language = SelectField("Language", validate_choice=False)
    part = SelectField("Part", choices=[fields.choice(part.value, title) for part, title in PARTS.items()])


class PromptPages:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._languages = {ENGLISH: "English"} | {tongue.code: tongue.name for tongue in _offered(line).values()}

    @cached_property
    def _sentences(self) -> list[Sentence]:
        """Made when the page is asked for first: no process that starts waits for them."""
        return list(_sentences(self._line))

    def open(self, doors: Doors) -> None:
        doors.open("/prompts", "prompts", self.page, Permission.READ)

    def page(self) -> ResponseReturnValue:
        form = FindForm(request.args, part=Part.CALL.value)
        offered = {"": "All languages"} | self._languages
        form.language.choices = [fields.choice(code, name) for code, name in offered.items()]
        part = form.part.data if form.part.data in PARTS else Part.CALL
        words, language = (form.q.data or "")[:100], form.language.data or ""
        asked = bool(words or language)
        found = [one for one in self._sentences if one.is_about(words) and language in ("", one.language)]
        shown = found[:MOST_FOUND] if asked else [one for one in found if one.place.part == part]
        return render_template(
            "console/prompts.html",
            form=form,
            part=part,
            parts=PARTS,
            asked=asked,
            count=len(found),
            most=MOST_FOUND,
            total=len(self._sentences),
            places=[(place, here) for place in PLACES if (here := [one for one in shown if one.place is place])],
            languages=self._languages,
            english=ENGLISH,
        )


def _offered(line: Line) -> dict[int, Tongue]:
    """The other languages that a caller may choose, by their keys."""
    by_code = {tongue.code: tongue for tongue in line.wording.tongues}
    codes = enumerate(line.policy.languages[1:], start=2)
    return {key: by_code[code] for key, code in codes if code in by_code}


def _sentences(line: Line) -> Iterator[Sentence]:
    for key, sentence in line.wording.sentences.items():
        yield _sentence(line, key, sentence, ENGLISH, line.wording.locale)
    for number, tongue in _offered(line).items():
        for name, sentence in (("offer", tongue.offer), ("redirect", tongue.redirect)):
            text = sentence.replace("{key}", str(number))
            yield _sentence(line, f"{tongue.code}.{name}", text, tongue.code, tongue.locale)


def _sentence(line: Line, key: str, sentence: str, language: str, locale: str) -> Sentence:
    place = place_of(key)
    is_spoken = place.part in SPOKEN
    pieces = tuple(prompt_samples.pieces(sentence, prompt_samples.samples(line.policy, is_spoken=is_spoken)))
    text = "".join(words for words, _ in pieces)
    is_text = place.part is Part.TEXT and not key.endswith("_subject")
    return Sentence(
        key=key,
        place=place,
        language=language,
        locale=locale if locale.partition("-")[0] == language else language,  # 'arb' is no language of a browser
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        pieces=pieces,
        seconds=ceil(speaking_seconds(text)) if is_spoken else None,
        segments=gsm7.segments(text) if is_text else None,
        septets=gsm7.septets(text) if is_text else None,
    )
