"""What a technician's text means: ACK, PASS or DONE with a number, STATUS, WHO, ACK ALL."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    ACK = "ack"
    ACK_ALL = "ack_all"
    PASS = "pass"
    DONE = "done"
    STATUS = "status"
    WHO = "who"


@dataclass(frozen=True, slots=True)
class Reply:
    """`number` is the ticket meant, None for a bare word; `words` is what DONE says was done."""

    verb: Verb
    number: int | None
    words: str


LONGEST_TEXT = 1600
_TOKENS = re.compile(r"[0-9]+|[A-Za-z]+")
_NUMBER = re.compile(r"[0-9]{6,7}")
_PREFIX = re.compile(r"[\s#:.,;!-]*(?:done\b|[0-9]{6,7}\b)", re.IGNORECASE)
_EDGES = " \t\r\n#:.,;!-"


def parse(text: str) -> Reply | None:
    """Read a text in any case, word and number in any order. None when it holds no word of the grammar."""
    tokens = [token.lower() for token in _TOKENS.findall(text[:LONGEST_TEXT])]
    verb = next((token for token in tokens if token in set(Verb)), None)
    if verb is None:
        return None
    if verb == Verb.ACK and "all" in tokens[:3]:
        return Reply(Verb.ACK_ALL, None, "")
    number = next((int(token) for token in tokens if _NUMBER.fullmatch(token)), None)
    return Reply(Verb(verb), number, _words(text) if verb == Verb.DONE else "")


def _words(text: str) -> str:
    """What stands after the word and the number."""
    rest = text[:LONGEST_TEXT]
    for _ in range(2):
        rest = _PREFIX.sub("", rest, count=1) if _PREFIX.match(rest) else rest
    return rest.strip(_EDGES)
