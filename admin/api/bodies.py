"""What a program sends, read and checked."""

from http import HTTPStatus
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest

from admin.api.problems import refuse

LARGEST = 1_000_000
"""Bytes in a request."""
Document = TypeVar("Document", bound=BaseModel)


def body_as(kind: type[Document], largest: int = LARGEST) -> Document:
    """The JSON body of this request; no body is an empty object. Ends the request with 400, 413, 415 or 422."""
    request.max_content_length = largest
    sent = _json()
    if not isinstance(sent, dict):
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "the body must be a JSON object")
    try:
        return kind.model_validate(sent)
    except ValidationError as error:
        errors = [{"field": _place(one["loc"]), "message": _words(one["msg"])} for one in error.errors()]
        detail = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def _json() -> object:
    if not request.get_data():
        return {}
    if not request.is_json:
        refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON, with Content-Type: application/json")
    try:
        return request.get_json()
    except (BadRequest, RecursionError):
        refuse(HTTPStatus.BAD_REQUEST, "the body is not JSON")


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")


def _place(loc: tuple[int | str, ...]) -> str:
    """A place is named as in the YAML file: `layers[0].rotation.length`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.removeprefix(".") or "body"
