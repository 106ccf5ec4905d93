"""One contract: may it phone the line, who speaks for it, what opens it, and its terms."""

from flask import abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from admin import contracts, kept, pins, products, standing, viewer, windows
from admin.customer_forms import ContactsForm, LabelForm, PinForm, TermsForm
from admin.form_page import form_page, not_kept
from admin.guard import Doors, Permission
from admin.parts import cut
from admin.seen_form import stamp
from admin.times import Times
from models.customer import Pin
from models.database import Database
from rules.line import Line

SHOWN_WINDOWS = 3
LABEL = "label-"
"""Before the PIN's number in the name of its field: what is called a pin is never kept through a sign-in."""


class ContractPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        path = "/contracts/<int:number>"
        doors.open(path, "contract", self.page, Permission.READ)
        doors.open(f"{path}/edit", "contract_edit", self.edit, Permission.EDIT, post=True)
        doors.open(f"{path}/contacts", "contract_contacts", self.contacts, Permission.EDIT, post=True)
        doors.take(f"{path}/pins/<int:pin>/label", "pin_label", self.label, Permission.EDIT)

    def page(self, number: int) -> ResponseReturnValue:
        again = kept.was_sent_to(f"/contracts/{number}/pins")
        return self.shown(number, PinForm() if again else PinForm(formdata=None))

    def shown(self, number: int, form: PinForm) -> ResponseReturnValue:
        """The page, with a PIN's form as it was typed."""
        terms = self._line.policy.entitlement
        with self._database.read() as session:
            now = self._database.now(session)
            contract = contracts.find(session, number) or abort(404)
            known = pins.of_contract(session, number)
            part = cut(known, f"/contracts/{number}", "pins")
            used = pins.last_used(session, part.rows)
            form.newest.data = str(pins.newest(session, number))
            people = contracts.contacts_of(session, number)
            has_policy = contract.escalation_policy in contracts.policies(session)
            booked = [each for each in windows.listed(session, number) if each.ends_at > now]
        html = render_template(
            "console/contract.html",
            contract=contract,
            form=form,
            has_policy=has_policy,
            pins=part,
            labels={pin.id: _label(number, pin) for pin in part.rows},
            used=used,
            outlived=pins.outlived(known),
            people=people,
            reasons=standing.reasons(contract, now, terms),
            sentence=standing.sentence(contract, now, terms),
            windows=booked[:SHOWN_WINDOWS],
            more_windows=len(booked[SHOWN_WINDOWS:]),
            site_times=Times(now, contract.site_time_zone or self._line.policy.time_zone),
            times=viewer.times(now, self._line.policy.time_zone),
        )
        return not_kept(make_response(html, 422 if form.errors else 200), form.pin.data)

    def edit(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            contract = contracts.find(session, number) or abort(404)
            on_file = contracts.terms_of(contract)
            form = TermsForm(data={**on_file, "seen": stamp(on_file)})
            form.offer(products.names(session), contracts.policies(session))
        if form.validate_on_submit() and self._change(number, form):
            return redirect(f"/contracts/{number}", 303)
        return form_page("console/contract_edit.html", form, contract=contract)

    def _change(self, number: int, form: TermsForm) -> bool:
        """False, with the reason in the form, where it was changed by somebody else meanwhile."""
        with self._database.write() as session:
            contract = contracts.find(session, number, lock=True) or abort(404)
            if form.is_stale(contracts.terms_of(contract), form.terms):
                return False
            changed = contracts.change(session, contract, form.terms, self._database.now(session))
        flash("The contract is changed." if changed else "Nothing was different.", "green")
        return True

    def contacts(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            contract = contracts.find(session, number) or abort(404)
            on_file = {"contacts": contracts.people_of(session, number)}
        form = ContactsForm(data={**on_file, "seen": stamp(on_file)})
        if form.validate_on_submit() and self._change_people(number, form):
            return redirect(f"/contracts/{number}", 303)
        form.make_room()
        return form_page("console/contract_contacts.html", form, contract=contract)

    def _change_people(self, number: int, form: ContactsForm) -> bool:
        with self._database.write() as session:
            contract = contracts.find(session, number, lock=True) or abort(404)
            if form.is_stale({"contacts": contracts.people_of(session, number)}, {"contacts": form.people}):
                return False
            changed = contracts.change_people(session, contract, form.people, self._database.now(session))
        flash("The contacts are changed." if changed else "Nothing was different.", "green")
        return True

    def label(self, number: int, pin: int) -> ResponseReturnValue:
        """Say who has a PIN."""
        form = LabelForm(prefix=f"{LABEL}{pin}-")
        if form.validate_on_submit():
            with self._database.write() as session:
                contract = contracts.find(session, number) or abort(404)
                found = pins.find(session, contract, pin) or abort(404)
                pins.rename(session, contract, found, form.label.data or None, self._database.now(session))
            flash("The PIN's name is changed.", "green")
        else:
            flash(f"Nothing was changed. {' '.join(form.label.errors)}", "red")
        return redirect(f"/contracts/{number}", 303)


def _label(contract_id: int, pin: Pin) -> LabelForm:
    """As it is on file, or as it was typed before the session ended."""
    if kept.was_sent_to(f"/contracts/{contract_id}/pins/{pin.id}/label"):
        return LabelForm(prefix=f"{LABEL}{pin.id}-")
    return LabelForm(formdata=None, prefix=f"{LABEL}{pin.id}-", label=pin.label)
