"""Customers: the list, a new one with a contract and PIN, one contract with its contacts and PINs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from admin import contracts, fields
from admin.contracts import Taken
from admin.customer_forms import NewCustomerForm, PinForm, TermsForm
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.times import Times
from models.customer import HOUSE_CONTRACT, Contract, Customer, Pin, Product
from models.database import Database
from rules.entitlement import RefusalReason, reasons_against
from rules.line import Line
from rules.pins import Peppers
from rules.targets import Plan

STANDING = {
    RefusalReason.PLAN: "no on-call service in this plan",
    RefusalReason.NOT_STARTED: "not started",
    RefusalReason.EXPIRED: "expired",
    RefusalReason.UNPAID: "suspended: not paid",
    RefusalReason.END_OF_LIFE: "product past its end of life",
    RefusalReason.END_OF_SUPPORT: "product past its end of support",
    RefusalReason.ASIA_PACIFIC: "site in Asia-Pacific",
}


class CustomerPages:
    def __init__(self, database: Database, line: Line, peppers: Peppers) -> None:
        self._database = database
        self._line = line
        self._peppers = peppers

    def open(self, doors: Doors) -> None:
        doors.open("/customers", "customers", self.listing, Permission.READ)
        doors.open("/customers/add", "customer_add", self.add, Permission.EDIT, post=True)
        doors.open("/contracts/<int:number>", "contract", self.edit, Permission.EDIT, post=True)
        doors.take("/contracts/<int:number>/pins", "pin_issue", self.issue_pin, Permission.EDIT)
        doors.take("/contracts/<int:number>/pins/<int:pin>/revoke", "pin_revoke", self.revoke_pin, Permission.EDIT)

    def listing(self) -> ResponseReturnValue:
        pins = select(func.count()).where(Pin.contract_id == Contract.id, Pin.revoked_at.is_(None))
        statement = (
            select(Contract, pins.scalar_subquery())
            .join(Contract.customer)
            .where(Contract.number != HOUSE_CONTRACT)
            .order_by(Customer.name, Contract.number)
            .options(joinedload(Contract.customer), joinedload(Contract.product))
        )
        with self._database.read() as session:
            now = self._database.now(session)
            found = [(each, count, self._standing(each, now)) for each, count in session.execute(statement)]
        return render_template("console/customers.html", contracts=found, no_service=STANDING[RefusalReason.PLAN])

    def add(self) -> ResponseReturnValue:
        today = self._times().wall(self._now()).date()
        year_later = today.replace(year=today.year + 1, day=min(today.day, 28))
        form = NewCustomerForm(plan=Plan.PLATINUM.value, paid=True, starts=today, ends=year_later)
        if form.validate_on_submit():
            try:
                with self._database.write() as session:
                    now = self._database.now(session)
                    contract = contracts.add(session, fields.value(form.number), _terms(form), now)
                    pin = contracts.issue_pin(session, contract, form.pin.data or None, self._peppers, now)
            except Taken as taken:
                fields.complain(form[taken.field], str(taken))
            else:
                return self._show_pin(contract.id, pin)
        form.make_room()
        return form_page("console/customer_add.html", form, products=self._products())

    def edit(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            contract = contracts.find(session, number) or abort(404)
            form = TermsForm(data=contracts.terms_of(session, contract))
        if form.validate_on_submit() and self._change(number, form):
            return redirect(f"/contracts/{number}", 303)
        form.make_room()
        return self._contract_page(number, form, PinForm(formdata=None))

    def issue_pin(self, number: int) -> ResponseReturnValue:
        form = PinForm()
        if form.validate_on_submit():
            try:
                with self._database.write() as session:
                    contract = contracts.find(session, number) or abort(404)
                    now = self._database.now(session)
                    pin = contracts.issue_pin(session, contract, form.pin.data or None, self._peppers, now)
            except Taken as taken:
                fields.complain(form.pin, str(taken))
            else:
                return self._show_pin(number, pin)
        with self._database.read() as session:
            contract = contracts.find(session, number) or abort(404)
            terms = TermsForm(formdata=None, data=contracts.terms_of(session, contract))
        terms.make_room()
        return self._contract_page(number, terms, form)

    def revoke_pin(self, number: int, pin: int) -> ResponseReturnValue:
        with self._database.write() as session:
            contract = contracts.find(session, number) or abort(404)
            done = contracts.revoke_pin(session, contract, pin, self._database.now(session))
        flash("The PIN is revoked: it opens nothing any more." if done else "That PIN was revoked before.", "green")
        return redirect(f"/contracts/{number}", 303)

    def _change(self, number: int, form: TermsForm) -> bool:
        try:
            with self._database.write() as session:
                contract = contracts.find(session, number) or abort(404)
                changed = contracts.change(session, contract, _terms(form), self._database.now(session))
        except Taken as taken:
            fields.complain(form[taken.field], str(taken))
            return False
        flash("The contract is changed." if changed else "Nothing was different.", "green")
        return True

    def _contract_page(self, number: int, form: TermsForm, pin_form: PinForm) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            contract = contracts.find(session, number) or abort(404)
            pins = contracts.pins_of(session, number)
        html = render_template(
            "console/contract.html",
            contract=contract,
            form=form,
            pin_form=pin_form,
            pins=pins,
            no_service=STANDING[RefusalReason.PLAN],
            standing=self._standing(contract, now),
            products=self._products(),
            times=Times(now, self._line.policy.time_zone),
        )
        return make_response(html, 422 if form.errors or pin_form.errors else 200)

    def _show_pin(self, number: int, pin: str) -> ResponseReturnValue:
        """The only time that a PIN is seen: it is not kept, here or in the browser."""
        with self._database.read() as session:
            contract = contracts.find(session, number) or abort(404)
        response = make_response(render_template("console/pin.html", contract=contract, pin=pin, line=self._line))
        response.headers["Cache-Control"] = "no-store"
        return response

    def _standing(self, contract: Contract, now: datetime) -> str:
        """Why the contract may not phone the line out of hours today; '' if it may."""
        reasons = reasons_against(contract.cover, None, now, self._line.policy.entitlement)
        return STANDING[reasons[0]] if reasons else ""

    def _products(self) -> Sequence[str]:
        with self._database.read() as session:
            return session.execute(select(Product.name).order_by(Product.name)).scalars().all()

    def _now(self) -> datetime:
        with self._database.read() as session:
            return self._database.now(session)

    def _times(self) -> Times:
        return Times(self._now(), self._line.policy.time_zone)


def _terms(form: TermsForm) -> dict[str, Any]:
    return {
        "customer": form.customer.data,
        "time_zone": form.time_zone.data or None,
        "site": form.site.data or None,
        "site_time_zone": form.site_time_zone.data or None,
        "product": form.product.data or None,
        "contacts": form.people,
        "plan": Plan(form.plan.data),
        "starts": form.starts.data,
        "ends": form.ends.data,
        "paid": form.paid.data,
    }
