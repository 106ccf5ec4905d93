"""Products: the list with what their dates do, a new one, one changed."""

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from admin import fields, products
from admin.contracts import Taken
from admin.customer_forms import ProductForm
from admin.customer_lock import hold
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.seen_form import stamp
from admin.times import Times
from models.customer import Product
from models.database import Database
from rules.line import Line


class ProductPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/products", "products", self.listing, Permission.READ)
        doors.open("/products/add", "product_add", self.add, Permission.EDIT, post=True)
        doors.open("/products/<int:number>", "product", self.edit, Permission.EDIT, post=True)

    def listing(self) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            found = products.listed(session)
        today = Times(now, self._line.policy.time_zone).wall(now).date()
        effects = {product.id: products.effect(product, today) for product, _ in found}
        return render_template("console/products.html", products=found, effects=effects, today=today)

    def add(self) -> ResponseReturnValue:
        form = ProductForm()
        if form.validate_on_submit() and self._save(None, form):
            return redirect("/products", 303)
        return form_page("console/product.html", form, product=None)

    def edit(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            product = session.get(Product, number) or abort(404)
        on_file = products.terms_of(product)
        form = ProductForm(data={**on_file, "seen": stamp(on_file)})
        if form.validate_on_submit() and self._save(number, form):
            return redirect("/products", 303)
        return form_page("console/product.html", form, product=product)

    def _save(self, number: int | None, form: ProductForm) -> bool:
        """Save a new product (None) or a known one. False, with the reason in the form, where nothing was saved."""
        try:
            with self._database.write() as session:
                hold(session)
                now = self._database.now(session)
                known = session.get(Product, number, with_for_update=True) if number else Product()
                product = known or abort(404)
                if number and form.is_stale(products.terms_of(product), form.terms):
                    return False
                if not number or products.terms_of(product) != form.terms:
                    products.save(session, product, form.terms, now)
        except Taken as taken:
            fields.complain(form[taken.field], str(taken))
            return False
        today = Times(now, self._line.policy.time_zone).wall(now).date()
        flash(f"{product.name} is saved. {products.effect(product, today)}", "green")
        return True
