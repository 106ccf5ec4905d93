"""Customers: the list, one customer with its contracts, a new one, a further contract."""

from datetime import datetime, timedelta

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import contracts, customer_search, fields, pins, products, search, standing
from admin.contracts import Taken
from admin.customer_forms import DEFAULT_POLICY, CustomerForm, NewContractForm, NewCustomerForm
from admin.customer_lock import hold
from admin.customer_search import CustomerSearch
from admin.form_page import form_page, not_kept
from admin.guard import Doors, Permission
from admin.parts import cut
from admin.pin_pages import show_pin
from admin.seen_form import stamp
from admin.times import Times
from models.customer import Contract, Customer
from models.database import Database
from rules.line import Line
from rules.pins import Peppers
from rules.targets import Plan

A_YEAR = timedelta(days=364)


class CustomerPages:
    def __init__(self, database: Database, line: Line, peppers: Peppers) -> None:
        self._database = database
        self._line = line
        self._peppers = peppers

    def open(self, doors: Doors) -> None:
        doors.open("/customers", "customers", self.listing, Permission.READ)
        doors.open("/customers/add", "customer_add", self.add, Permission.EDIT, post=True)
        doors.open("/customers/<int:number>", "customer", self.page, Permission.READ)
        doors.open("/customers/<int:number>/edit", "customer_edit", self.edit, Permission.EDIT, post=True)
        doors.open("/customers/<int:number>/add", "contract_add", self.add_contract, Permission.EDIT, post=True)

    def listing(self) -> ResponseReturnValue:
        """By name; `before` and `after` are the edges of lines, for the parts below and above."""
        terms = self._line.policy.entitlement
        with self._database.read() as session:
            now = self._database.now(session)
            form = CustomerSearch(request.args, products=products.names(session))
            conditions = form.conditions(session, now, terms) if form.validate() else []
            part = customer_search.listed(session, conditions, search.edge())
            found = [row.contract for row in part.rows if row.contract]
            counts = customer_search.pins(session, [contract.id for contract in found])
            is_empty = not part.rows and not customer_search.has_any(session)
        html = render_template(
            "console/customers.html",
            address=search.address,
            counts=counts,
            customers=customer_search.grouped(part.rows),
            form=form,
            is_empty=is_empty,
            narrowings=[] if form.errors else search.narrowings(form, Times(now, self._line.policy.time_zone)),
            part=part,
            reasons={contract.id: standing.reasons(contract, now, terms) for contract in found},
        )
        return make_response(html, 422 if form.errors else 200)

    def page(self, number: int) -> ResponseReturnValue:
        terms = self._line.policy.entitlement
        with self._database.read() as session:
            now = self._database.now(session)
            customer = contracts.find_customer(session, number) or abort(404)
            owned = contracts.of_customer(session, number)
            part = cut(owned, f"/customers/{number}", "contracts")
            counts = customer_search.pins(session, [contract.id for contract in part.rows])
        return render_template(
            "console/customer.html",
            customer=customer,
            contracts=part,
            many=len(owned),
            counts=counts,
            reasons={contract.id: standing.reasons(contract, now, terms) for contract in part.rows},
            clock=Times(now, customer.time_zone).now_clock if customer.time_zone else "",
        )

    def edit(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            customer = contracts.find_customer(session, number) or abort(404)
        on_file = contracts.customer_terms(customer)
        form = CustomerForm(data={**on_file, "seen": stamp(on_file)})
        if form.validate_on_submit() and self._change(number, form):
            return redirect(f"/customers/{number}", 303)
        return form_page("console/customer_edit.html", form, customer=customer)

    def _change(self, number: int, form: CustomerForm) -> bool:
        """False, with the reason in the form, where nothing was saved."""
        try:
            with self._database.write() as session:
                customer = contracts.find_customer(session, number, lock=True) or abort(404)
                if form.is_stale(contracts.customer_terms(customer), form.terms):
                    return False
                changed = contracts.change_customer(session, customer, form.terms, self._database.now(session))
        except Taken as taken:
            fields.complain(form[taken.field], str(taken))
            return False
        flash("The customer is changed." if changed else "Nothing was different.", "green")
        return True

    def add(self) -> ResponseReturnValue:
        """A customer with a contract and its PIN; one who is there already gets a further contract."""
        form = NewCustomerForm(**self._begun())
        return self._add(form, None)

    def add_contract(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            customer = contracts.find_customer(session, number) or abort(404)
        return self._add(NewContractForm(**self._begun()), customer)

    def _add(self, form: NewContractForm, customer: Customer | None) -> ResponseReturnValue:
        with self._database.read() as session:
            form.offer(products.names(session), contracts.policies(session))
        if form.validate_on_submit():
            try:
                contract, pin = self._create(form, customer)
            except Taken as taken:
                fields.complain(form[taken.field], str(taken))
            else:
                return show_pin(self._line, contract, pin, [])
        form.make_room()
        return not_kept(form_page("console/customer_add.html", form, customer=customer), form.pin.data)

    def _create(self, form: NewContractForm, customer: Customer | None) -> tuple[Contract, str]:
        """The contract with its PIN. Raises Taken."""
        with self._database.write() as session:
            hold(session)
            now = self._database.now(session)
            owner = customer or self._owner(session, form, now)
            number = fields.value(form.number)
            contract = contracts.add(session, owner, number, form.terms, form.people, now)
            label = form.label.data or None
            pin = pins.issue(session, contract, form.pin.data or None, label, self._peppers, now)
            return contracts.find(session, contract.id) or abort(404), pin

    def _owner(self, session: Session, form: NewContractForm, now: datetime) -> Customer:
        zone = form["customer_zone"].data or None
        return contracts.customer_named(session, fields.value(form["customer"]), zone, now)

    def _begun(self) -> dict[str, object]:
        """What the form of a new contract begins with: a year from today."""
        with self._database.read() as session:
            now = self._database.now(session)
        today = Times(now, self._line.policy.time_zone).wall(now).date()
        plan = Plan.PLATINUM.value
        return {
            "plan": plan,
            "paid": True,
            "starts": today,
            "ends": today + A_YEAR,
            "escalation_policy": DEFAULT_POLICY,
        }
