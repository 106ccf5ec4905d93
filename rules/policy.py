"""Everything that the vendor could word differently, as plain values. `config/policy.toml` holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rules.entitlement import EntitlementTerms
from rules.escalation import Channel
from rules.fairness import Night
from rules.pin_budgets import GuessingRules
from rules.service_hours import Calendar
from rules.targets import Matrix, Plan, PlanTerms, Priority


@dataclass(frozen=True, slots=True)
class EventType:
    """What monitoring may report: its title, and the priority of the ticket that it opens."""

    title: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class PinRules:
    """A PIN's length in digits, and how often a caller may try in one call."""

    shortest: int
    longest: int
    tries: int


@dataclass(frozen=True, slots=True)
class HumanPathRules:
    """How often the duty manager is paged for unverified callers; other messages wait for a digest.

    per_number          numbers that are not registered: once in so long for each,
    an_hour             and so often an hour in all
    registered_number   so often an hour for each registered number,
    registered          and so often an hour for all of them
    digest_after        how long a message waits for the digest at most
    """

    per_number: timedelta
    an_hour: int
    registered_number: int
    registered: int
    digest_after: timedelta


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """How long a recording may be, when it is deleted, here and at the provider, and whether it is written down."""

    longest: timedelta
    retention: timedelta
    transcribe: bool


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How long each kind of record is kept; None: for ever. What belongs to an open ticket is kept longer.

    Counted from the end of the ticket that it belongs to, else from when it was written.

    message_text        the words and addresses of messages, those left for the duty manager too
    message             what else is known of a message: to whom, by which channel, what became of it
    call                calls with their steps
    ticket_contact      a ticket's caller, callback number and summary
    timeline            what a ticket's timeline tells of messages and notes
    event               conditions that monitoring reported
    schedule_message    which shifts were told to whom, and swaps that are settled
    audit               the audit log
    """

    message_text: timedelta | None
    message: timedelta | None
    call: timedelta | None
    ticket_contact: timedelta | None
    timeline: timedelta | None
    event: timedelta | None
    schedule_message: timedelta | None
    audit: timedelta | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a number may send and a technician must bear.

    texts_a_second          segments that one number sends, 0 for no limit; `texts_at_once` may go in a burst
    text_gap                between two texts that page one technician: what comes meanwhile is bundled
    calls, calls_within     the most calls to one technician in so long, but for a P1
    """

    texts_a_second: float
    texts_at_once: int
    text_gap: timedelta
    calls: int
    calls_within: timedelta


@dataclass(frozen=True, slots=True)
class HandoffRules:
    """What technicians are told of their turns: so long `ahead`, when one has begun, and when they are released.

    Each by its channels; by none, not at all.
    """

    ahead: timedelta
    ahead_by: tuple[Channel, ...]
    begun_by: tuple[Channel, ...]
    released_by: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The service as the vendor sells it. Times without another meaning are real time.

    vendor, portal          who answers, and where a web ticket is opened
    time_zone               where a site's is not known, and of the vendor's own texts
    languages               of ordinary support, in the order of their keys; the first is the line's
    plans, line_calendar    what each plan promises; when the line connects to the help desk
    matrix                  the management engaged, by priority and column
    phone_priorities        accepted on the on-call line, and paged when monitoring reports them
    maintenance_priority    of the ticket of a booked maintenance window
    callback_countries      ISO 3166 codes of the numbers that may be dialled and texted
    page_leaves_after       since the priority, for a P2 whose caller is still talking
    minimum_round           no round of a page begins sooner after the one before
    no_work_follow_up       an acknowledged P1 pages its owner again when nobody works on it for so long
    follow_up_wait          how long the owner then has, before the page goes on to the next level
    untaken_event           in staffed hours, how long the help desk has an event before the technician is paged
    lease                   how long a worker has one delivery to itself
    help_desk_dial          how long the help desk's telephone rings
    night                   what counts as night when on-call time is shared out
    hold_limit, hold_news   how long a caller may hold, and how often there is news
    """

    vendor: str
    portal: str
    time_zone: str
    languages: tuple[str, ...]
    plans: Mapping[Plan, PlanTerms]
    line_calendar: Calendar
    matrix: Matrix
    phone_priorities: frozenset[Priority]
    maintenance_priority: Priority
    entitlement: EntitlementTerms
    callback_countries: frozenset[str]
    events: Mapping[str, EventType]
    pin: PinRules
    human_path: HumanPathRules
    throttles: GuessingRules
    recordings: RecordingRules
    retention: RetentionRules
    limits: Limits
    handoffs: HandoffRules
    night: Night
    page_leaves_after: timedelta
    minimum_round: timedelta
    no_work_follow_up: timedelta
    follow_up_wait: timedelta
    untaken_event: timedelta
    lease: timedelta
    help_desk_dial: timedelta
    hold_limit: timedelta
    hold_news: timedelta
