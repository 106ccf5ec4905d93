"""Where each sentence of the prompts is heard or read, in the order in which a call goes."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Part(StrEnum):
    """A page of prompts."""

    CALL = "call"
    TECHNICIAN = "technician"
    TEXT = "text"
    MAIL = "mail"
    STORY = "story"


PARTS = {
    Part.CALL: "Callers hear",
    Part.TECHNICIAN: "Technicians hear",
    Part.TEXT: "Texts",
    Part.MAIL: "E-mails",
    Part.STORY: "Console and calendars",
}
SPOKEN = frozenset({Part.CALL, Part.TECHNICIAN})


@dataclass(frozen=True, slots=True)
class Place:
    """`keys` are patterns; a sentence belongs to the first place that has one for it."""

    part: Part
    name: str
    title: str
    keys: tuple[str, ...]

    def has(self, key: str) -> bool:
        return any(fnmatchcase(key, pattern) for pattern in self.keys)


PLACES = (
    Place(Part.STORY, "call-story", "A ticket's story: the call", ("*.story_*",)),
    Place(Part.CALL, "office", "Staffed hours, and blocked numbers", ("caller.blocked", "caller.desk*")),
    Place(Part.CALL, "greeting", "Greeting and language", ("caller.greeting", "caller.language", "*.offer")),
    Place(Part.CALL, "other-language", "Another language was chosen", ("*.redirect",)),
    Place(Part.CALL, "pin", "PIN", ("caller.pin*", "caller.contract_*", "caller.throttled", "caller.no_answer")),
    Place(Part.CALL, "refused", "The contract is not served", ("refused.*",)),
    Place(
        Part.CALL,
        "priority",
        "Priority",
        ("caller.critical", "caller.high", "caller.maintenance", "caller.lower*", "caller.add_to_ticket"),
    ),
    Place(Part.CALL, "ticket", "The ticket is open", ("caller.ticket_*",)),
    Place(Part.CALL, "callback", "Callback number", ("caller.callback*",)),
    Place(Part.CALL, "description", "Description", ("caller.description",)),
    Place(Part.CALL, "closing", "What happens now", ("caller.closing_*", "caller.when_*", "caller.thanks")),
    Place(Part.CALL, "hold", "Holding for the technician", ("caller.hold*", "caller.wait_*", "caller.person")),
    Place(Part.CALL, "human", "A person: the human path", ("caller.human*",)),
    Place(Part.CALL, "end", "The end of the call", ("caller.goodbye", "caller.no_call")),
    Place(Part.CALL, "down", "While the line is down", ("fallback.*", "trouble.moment", "trouble.sorry")),
    Place(Part.TECHNICIAN, "responder", "A page rings", ("responder.*", "trouble.technician")),
    Place(Part.TECHNICIAN, "contact-test", "A test rings", ("test.key", "test.confirmed", "test.unanswered")),
    Place(Part.TEXT, "page-text", "Pages to technicians", ("page.*",)),
    Place(Part.TEXT, "reply", "Answers to a technician's text", ("reply.*",)),
    Place(Part.TEXT, "duty-text", "To the duty manager", ("caller.duty_*", "caller.unknown", "monitoring.*_text")),
    Place(Part.MAIL, "subject-and-mail", "Subjects and e-mails", ("*_subject", "*.subject", "*_mail", "*.mail")),
    Place(Part.TEXT, "text", "Other texts", ("*_sms", "*.sms", "*_text", "*.text")),
    Place(Part.MAIL, "words", "Words within handoffs and gaps", ("handoff.*", "gaps.*")),
    Place(Part.MAIL, "guessing", "Whose wrong PINs are too many", ("guessing.*",)),
    Place(Part.STORY, "ticket-story", "A ticket's story", ("event.*", "monitoring.*", "maintenance.*", "drill.*")),
    Place(Part.STORY, "calendar", "Calendars that subscribe", ("calendar.*",)),
    Place(Part.STORY, "elsewhere", "Elsewhere", ("*",)),
)


def place_of(key: str) -> Place:
    """Every sentence has one: the last takes what no other does."""
    return next(place for place in PLACES if place.has(key))
