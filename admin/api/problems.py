"""Errors as programs read them: application/problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, abort, json

MEDIA_TYPE = "application/problem+json"


def problem(status: HTTPStatus, detail: str, errors: list[dict[str, str]] | None = None, **more: Any) -> Response:
    """An error answer. `detail` says what to do; `errors` name the fields at fault; `more` is for programs."""
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if errors:
        body["errors"] = errors
    body |= more
    return Response(json.dumps(body), status, mimetype=MEDIA_TYPE)


def refuse(status: HTTPStatus, detail: str, errors: list[dict[str, str]] | None = None, **more: Any) -> NoReturn:
    """End this request with an error answer."""
    abort(problem(status, detail, errors, **more))


def refuse_field(name: str, message: str) -> NoReturn:
    """End this request: one field or parameter cannot be used."""
    refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name}: {message}", [{"field": name, "message": message}])
