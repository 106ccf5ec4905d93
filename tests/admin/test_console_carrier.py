"""The carrier's page: the check on a button, with or without an account, and what was refused of late."""

from datetime import timedelta
from threading import Event

import pytest

from admin.carrier_check import AccountCheck, NoAnswer, Patience
from admin.connection import Report
from models.account import Role
from models.delivery import Delivery, DeliveryKind, DeliveryState
from paging.carriers.twilio import TwilioAccount
from rules.escalation import Channel
from tests.admin.console_site import NOW, open_site
from tests.simulator.sdk import InProcess


def refused(site, name: str, error: str, code: str | None = None, **more):
    with site.database.write() as session:
        row = {
            "key": name,
            "kind": DeliveryKind.PAGE,
            "channel": Channel.SMS,
            "urgency": 0,
            "address": "+393331110001",
            "body": "P1 100001",
            "state": DeliveryState.FAILED,
            "attempts": 1,
            "created_at": NOW - timedelta(minutes=5),
            "settled_at": NOW - timedelta(minutes=4),
        }
        session.add(Delivery(**row | more, name=name, error=error, error_code=code))


def test_without_an_account_the_page_says_what_to_set(sqlite):
    visitor = open_site(sqlite).visitor().get("/carrier")
    assert "There is no Twilio account: the simulator stands in" in visitor.text
    assert "TWILIO_ACCOUNT_SID" in visitor.text and "PUBLIC_URL" in visitor.text
    assert "Check now" not in visitor.text
    visitor.get("/account").send("/account/password")
    token = visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"')
    assert visitor.client.post("/carrier", data={"csrf_token": token}).status_code == 409


def test_the_check_is_that_of_the_command_and_holds_no_transaction(quick_world):
    settings, line = quick_world.gateway.settings, quick_world.gateway.line

    class Free(InProcess):
        """Whoever reads the account finds the database free to be written."""

        def request(self, *args, **kwargs):
            with quick_world.database.write():
                return super().request(*args, **kwargs)

    account = TwilioAccount(settings.account_sid, settings.auth_token, Free(quick_world.app))
    report = AccountCheck(account, None)(quick_world.database, line)
    assert "the account: its standing and its kind" in report.looked_at
    assert any(sentence.startswith("+390584000001") for sentence in report.wrong)


def test_a_report_is_shown_and_says_what_is_wrong(sqlite):
    said = Report(["TWILIO_NUMBER is <wrong>."], ["Calls under way: 0."], ["calls at the moment"])
    site = open_site(sqlite, check=lambda database, line: said)
    visitor = site.visitor().get("/carrier").send("/carrier")
    assert "1 to put right." in visitor.text
    assert "TWILIO_NUMBER is &lt;wrong&gt;." in visitor.html
    assert "Looked at calls at the moment" in visitor.text
    said.wrong.clear()
    assert "All is well." in visitor.send("/carrier").text


def test_a_carrier_that_does_not_answer_keeps_nobody_waiting(sqlite):
    done = Event()

    def check(database, line):
        done.wait(20)
        return Report()

    site = open_site(sqlite)
    patience = Patience(check, longest=0.01)
    with pytest.raises(NoAnswer, match=r"took longer than 0\.01 seconds"):
        patience.report(site.database, site.line)
    with pytest.raises(NoAnswer, match="under way already"):
        patience.report(site.database, site.line)
    done.set()
    again = Patience(lambda database, line: Report(notes=["fine"]))
    assert again.report(site.database, site.line).notes == ["fine"]
    assert again.report(site.database, site.line).notes == ["fine"]


def test_what_the_carrier_refused_is_listed_with_what_to_do(database):
    site = open_site(database)
    visitor = site.visitor(Role.ADMIN).get("/carrier")
    assert "None of the newest 1000 messages was refused" in visitor.text
    refused(site, "Anna", "the account may not text Italy", "21408")
    refused(site, "Bruno", "the carrier refuses it: STOP", "21610")
    refused(site, "Carla", "the carrier cannot be reached", state=DeliveryState.PENDING, settled_at=None)
    refused(site, "Dario", "enough calls", "spared")
    text = visitor.get("/carrier").text
    assert "Text to Anna" in text and "until this is changed at the carrier" in text
    assert "Text to Bruno 02:10 Rome, 4 min ago the carrier refuses it: STOP code 21610 This telephone has" in text
    assert "Text to Carla tried again" in text
    assert text.index("to Bruno") < text.index("to Carla"), "what happened last stands first"
    assert "Dario" not in text
