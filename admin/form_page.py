"""A page with one form."""

from typing import Any

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from wtforms import Form


def form_page(template: str, form: Form, **context: Any) -> ResponseReturnValue:
    """The form, empty or as it was typed; 422 where something is wrong with it."""
    return make_response(render_template(template, form=form, **context), 422 if form.errors else 200)
