"""A page with one form."""

from typing import Any

from flask import Response, make_response, render_template
from wtforms import Form


def form_page(template: str, form: Form, **context: Any) -> Response:
    """The form, empty or as it was typed; 422 where something is wrong with it."""
    return make_response(render_template(template, form=form, **context), 422 if form.errors else 200)


def not_kept(response: Response, secret: str | None) -> Response:
    """The page, which a browser does not keep where a secret was typed into it."""
    if secret:
        response.headers["Cache-Control"] = "no-store"
    return response
