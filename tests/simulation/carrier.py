"""Carriers that do wrong: they refuse, are slow, break off, and lose the answer to what they did all the same."""

import random
from datetime import datetime

from models.database import Database
from paging.carriers.protocol import (
    AccountRefused,
    AmbiguousFailure,
    ConfigurationFailure,
    Message,
    PermanentFailure,
    Status,
    TemporaryFailure,
)
from rules.escalation import Channel
from tests.simulation.strands import sleep
from tests.simulation.telephones import Accepted, Telephones
from tests.simulation.timeline import Timeline
from tests.simulation.trace import Trace, Violation
from tests.simulation.watch import Watch
from tests.simulation.weather import Fate, Weather

TIME_OUT = 10.0
REFUSALS = ("21211", "21610", "21614")
NO_ACCOUNT = "20003"
MISCONFIGURED = "21408"


class Network:
    """The telephone company, as the product's Protocol for a carrier."""

    channels = frozenset({Channel.SMS, Channel.VOICE, Channel.SECOND_PHONE})

    def __init__(
        self, database: Database, timeline: Timeline, chance: random.Random, trace: Trace, watch: Watch,
        weather: Weather, telephones: Telephones,
    ) -> None:  # fmt: skip
        self._database = database
        self._timeline = timeline
        self._chance = chance
        self._trace = trace
        self._watch = watch
        self._weather = weather
        self._telephones = telephones

    def send(self, message: Message) -> str:
        self._require_no_transaction()
        self._watch.is_asked(message)
        fate = self._weather.fate()
        self._trace.say(f"#{message.delivery_id}.{message.attempt} {message.channel} to {message.to}: {fate}")
        self._watch.excuse(message.delivery_id, fate)
        sleep(self._chance.uniform(0.05, 0.4))
        self._fails_before(message, fate)
        accepted = self._accept(message)
        if fate is Fate.ANSWER_LOST:
            sleep(self._chance.choice((0.1, TIME_OUT)))
            raise AmbiguousFailure("the connection broke before the carrier answered")
        sleep(self._chance.uniform(2, 9) if fate is Fate.SLOW else self._chance.uniform(0.02, 0.2))
        return accepted.sid

    def find(self, message: Message, since: datetime) -> list[str]:
        self._watch.is_looked_for(message.delivery_id)
        self._answers_question(f"find #{message.delivery_id}.{message.attempt}", message.delivery_id)
        self._watch.has_looked(message.delivery_id)
        return self._telephones.matching(message, since)

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        self._answers_question(f"status of {sid[:2]}{sid[-3:]}")
        accepted = self._telephones.known(sid)
        return Status(accepted.status, accepted.code)

    def end_call(self, sid: str) -> None:
        self._answers_question(f"end {sid[:2]}{sid[-3:]}", self._telephones.known(sid).message.delivery_id)
        self._telephones.stop_ringing(sid)

    def _answers_question(self, question: str, about: int | None = None) -> None:
        """A question changes nothing: whatever goes wrong, it may be asked again."""
        self._require_no_transaction()
        fate = self._weather.fate()
        if about is not None:
            self._watch.excuse(about, fate)
        self._trace.say(f"{question}: {fate}")
        sleep(self._chance.uniform(0.05, 0.4))
        if fate is Fate.NO_ACCOUNT:
            raise AccountRefused("the carrier refuses the account", NO_ACCOUNT)
        if fate in (Fate.BUSY, Fate.UNREACHABLE):
            raise TemporaryFailure("the carrier cannot take it now", "20429")
        if fate in (Fate.LOST, Fate.ANSWER_LOST, Fate.LATE):
            raise AmbiguousFailure("the carrier did not answer in time")

    def _fails_before(self, message: Message, fate: Fate) -> None:
        """What goes wrong before the carrier has the message."""
        match fate:
            case Fate.NO_ACCOUNT:
                self._watch.is_refused(message.delivery_id)
                raise AccountRefused("the carrier refuses the account", NO_ACCOUNT)
            case Fate.BUSY:
                self._watch.is_refused(message.delivery_id)
                raise TemporaryFailure("the carrier cannot take it now", "20429")
            case Fate.UNREACHABLE:
                self._watch.is_refused(message.delivery_id)
                raise TemporaryFailure("the carrier cannot be reached")
            case Fate.REFUSED:
                self._watch.is_refused(message.delivery_id)
                if self._chance.random() < 0.2:
                    raise ConfigurationFailure("the account may not text this country", MISCONFIGURED)
                raise PermanentFailure("the carrier refuses it", self._chance.choice(REFUSALS))
            case Fate.LOST:
                sleep(self._chance.choice((0.1, TIME_OUT)))
                raise AmbiguousFailure("the carrier did not answer in time")
            case Fate.LATE:
                self._timeline.after(TIME_OUT + self._chance.uniform(0, 3), lambda: self._accept(message))
                sleep(TIME_OUT)
                raise AmbiguousFailure("the carrier did not answer in time")

    def _accept(self, message: Message) -> Accepted:
        accepted = self._telephones.take(message)
        self._watch.is_accepted(message)
        return accepted

    def _require_no_transaction(self) -> None:
        pool = self._database.engine.pool
        if pool.checkedout():  # type: ignore[attr-defined]
            raise Violation("transaction", "a transaction is open while the carrier is asked")


class Mail:
    """The mail server: it keeps no list, and sometimes does not answer."""

    channels = frozenset({Channel.EMAIL})

    def __init__(self, chance: random.Random, watch: Watch, weather: Weather) -> None:
        self._chance = chance
        self._watch = watch
        self._weather = weather
        self._sent = 0

    def send(self, message: Message) -> str:
        self._watch.is_asked(message)
        fate = self._weather.fate()
        self._watch.excuse(message.delivery_id, fate)
        sleep(self._chance.uniform(0.05, 0.4))
        if fate in (Fate.BUSY, Fate.UNREACHABLE):
            self._watch.is_refused(message.delivery_id)
            raise TemporaryFailure("the mail server cannot be reached")
        if fate is Fate.REFUSED:
            self._watch.is_refused(message.delivery_id)
            raise PermanentFailure("the mail server answers 550", "550")
        if fate is not Fate.LOST:
            self._watch.is_accepted(message)
        if fate in (Fate.LOST, Fate.ANSWER_LOST, Fate.LATE):
            raise AmbiguousFailure("the mail server did not answer in time")
        self._sent += 1
        return f"<{self._sent}@simulation>"

    def find(self, message: Message, since: datetime) -> list[str]:
        self._watch.has_looked(message.delivery_id)
        return []

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        return None

    def end_call(self, sid: str) -> None:
        raise PermanentFailure("an e-mail does not ring")
