"""Addresses proved by a code: sent, typed, mistyped, too late, and by nobody else."""

import re
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.delivery import Delivery, DeliveryState
from models.technician import ContactProof, Technician
from rules.escalation import Channel
from rules.gsm7 import segments
from tests.admin.console_site import open_site
from tests.at_once import at_once

ANNA = "/technicians/anna"
PHONE = f"{ANNA}/proofs/phone"


@pytest.fixture
def site(sqlite):
    return opened(sqlite)


def opened(database):
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri")
    site.user(Role.TECHNICIAN, "anna@example.com")
    return site


def anna(site):
    return site.visitor(None).sign_in("anna@example.com", site.passwords["anna@example.com"])


def sent(site):
    with site.database.read() as session:
        return list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def code(site):
    """The newest one."""
    (found,) = re.findall("[0-9]{6}|(?:[0-9] ){5}[0-9]", sent(site)[-1].body)
    return found.replace(" ", "")


def wrong(site):
    return f"{(int(code(site)) + 1) % 1_000_000:06}"


def sends(visitor, way="phone"):
    return visitor.get(ANNA).send(f"{ANNA}/proofs/{way}/send")


def proved(site):
    with site.database.read() as session:
        return set(session.scalars(sa.select(ContactProof.address).where(ContactProof.proved_at.is_not(None))))


def test_a_technician_proves_the_own_number(site):
    visitor = anna(site)
    assert visitor.get("/technicians").text.count("not proved") == 2
    assert "not proved" in visitor.get(ANNA).text
    sends(visitor)
    assert "A code leaves now to +393331110001." in visitor.text
    (text,) = sent(site)
    assert (text.channel, text.address, segments(text.body)) == (Channel.SMS, "+393331110001", 1)
    assert "a code was sent just now" in visitor.get(ANNA).text
    visitor.get(PHONE).send(PHONE, code=f" {code(site)[:3]} {code(site)[3:]} ")
    assert "+393331110001 is proved." in visitor.text
    assert "proved Wed 11 Nov 02:14" in visitor.text
    assert visitor.get("/technicians").text.count("not proved") == 1
    assert "This address is proved already." in visitor.get(PHONE).send(f"{PHONE}/send").text


@pytest.mark.parametrize(("way", "channel"), [("email", Channel.EMAIL), ("second_phone", Channel.SECOND_PHONE)])
def test_other_addresses_are_proved_in_their_own_way(site, way, channel):
    with site.database.write() as session:
        session.get_one(Technician, "anna").second_phone = "+390584000011"
    visitor = sends(site.visitor(Role.MANAGER), way)
    assert sent(site)[-1].channel is channel
    visitor.get(f"{ANNA}/proofs/{way}").send(f"{ANNA}/proofs/{way}", code=code(site))
    assert proved(site) == {sent(site)[-1].address}


def test_another_number_is_not_proved(site):
    visitor = sends(anna(site))
    visitor.get(PHONE).send(PHONE, code=code(site))
    visitor.get(ANNA).send(ANNA, phone="+393331110055")
    assert visitor.get("/technicians").text.count("not proved") == 2


def test_a_code_that_was_for_the_number_before_proves_nothing(site):
    visitor = sends(anna(site)).get(PHONE)
    with site.database.write() as session:
        session.get_one(Technician, "anna").phone = "+393331110055"
    assert "This code counts no more: send a new one." in visitor.send(PHONE, code=code(site)).text
    assert proved(site) == set()


def test_the_sixth_try_does_not_count_even_if_it_is_right(site):
    visitor = sends(anna(site)).get(PHONE)
    for _ in range(4):
        assert "This is not the code that was sent last." in visitor.send(PHONE, code=wrong(site)).text
    for typed in (wrong(site), code(site)):
        assert "This code counts no more: send a new one." in visitor.send(PHONE, code=typed).text
        assert visitor.status == 422
    assert proved(site) == set()


def test_a_code_counts_for_ten_minutes_and_only_until_the_next(site):
    visitor = sends(anna(site)).get(PHONE)
    first = code(site)
    site.clock.advance(timedelta(minutes=10))
    assert "counts no more" in visitor.send(PHONE, code=first).text
    sends(visitor)
    if first != code(site):
        assert "not the code" in visitor.get(PHONE).send(PHONE, code=first).text
    assert "is proved" in visitor.get(PHONE).send(PHONE, code=code(site)).text


def test_a_code_that_the_carrier_refused_is_not_waited_for(site):
    visitor = sends(anna(site))
    with site.database.write() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.FAILED, error="There is no such number."))
    assert "the code sent just now did not arrive: There is no such number." in visitor.get(ANNA).text
    site.clock.advance(timedelta(minutes=1))
    assert "a code was sent just now" in sends(visitor).get(ANNA).text


def test_codes_leave_at_most_once_a_minute_and_five_times_an_hour(site):
    visitor = sends(anna(site))
    assert "A code was sent less than a minute ago" in sends(visitor).text
    for _ in range(4):
        site.clock.advance(timedelta(minutes=1))
        sends(visitor)
    site.clock.advance(timedelta(minutes=1))
    assert "5 codes were sent within an hour." in sends(visitor, "email").text
    assert len(sent(site)) == 5
    site.clock.advance(timedelta(minutes=55))
    assert "A code leaves now" in sends(visitor, "email").text


@pytest.mark.parametrize("typed", ["", "12345", "\uff11" * 6, "é" * 6, "0" * 5000, "<b>"])
def test_nonsense_is_refused_in_words(site, typed):
    visitor = sends(anna(site)).get(PHONE).send(PHONE, code=typed)
    assert visitor.status == 422
    assert "Type the 6 digits." in visitor.text or "This is not the code" in visitor.text


def test_nobody_else_sends_or_types_a_code(site):
    visitor = anna(site)
    for path in ("/technicians/bruno/proofs/phone", f"{ANNA}/proofs/key", f"{ANNA}/proofs/second_phone"):
        assert visitor.get(path).status in (403, 404)
    page = visitor.get(ANNA)
    page.html = page.html.replace(f"{PHONE}/send", "/technicians/bruno/proofs/phone/send")
    assert page.send("/technicians/bruno/proofs/phone/send").status == 403
    assert sent(site) == []


def test_the_code_is_in_no_audit_log_and_on_no_page(site):
    visitor = sends(anna(site))
    visitor.get(PHONE).send(PHONE, code=wrong(site))
    visitor.get(PHONE).send(PHONE, code=code(site))
    with site.database.read() as session:
        rows = session.scalars(sa.select(Audit).order_by(Audit.id)).all()
        (proof,) = session.scalars(sa.select(ContactProof)).all()
    assert [row.action for row in rows] == ["technician.code_sent", "technician.address_proved"]
    admin = site.visitor()
    pages = [admin.get(path).html for path in ("/audit", ANNA, PHONE, "/technicians")]
    kept = "".join(str((row.before, row.after)) for row in rows) + str(proof.digest)
    assert code(site) not in re.sub("[0-9a-f]{32,}", "", "".join(pages)) + kept


def test_of_many_presses_at_once_one_sends(database):
    site = opened(database)
    visitors = [anna(site).get(ANNA) for _ in range(3)]
    at_once(*(partial(visitor.send, f"{PHONE}/send") for visitor in visitors))
    assert len(sent(site)) == 1
    for visitor in visitors:
        visitor.get(PHONE)
    at_once(*(partial(visitor.send, PHONE, code=wrong(site)) for visitor in visitors))
    with database.read() as session:
        assert session.scalars(sa.select(ContactProof)).one().tries == 3
