"""The OpenAPI description of the API."""

from collections.abc import Callable, Mapping
from functools import update_wrapper, wraps
from threading import Lock
from typing import Any

from pydantic import BaseModel
from spectree import Response as Responses
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from admin.api.documents import Problem
from admin.api.problems import MEDIA_TYPE

View = Callable[..., Any]


class Description:
    """Collect the views that are described. To read and check requests is the views' own affair.

    The schemas are made when the document is first asked for: they take longer than everything else at the start.
    """

    def __init__(self) -> None:
        self._pending: list[Callable[[SpecTree], None]] = []
        self._document: dict[str, Any] | None = None
        self._building = Lock()

    def describe(
        self,
        view: View,
        answers: Mapping[int, type[BaseModel] | None],
        *,
        query: type[BaseModel] | None = None,
        body: type[BaseModel] | None = None,
        headers: type[BaseModel] | None = None,
        problems: tuple[int, ...] = (),
    ) -> View:
        """Return the view, known to the description: its answers (None: no JSON), and the problems instead of them."""
        models: dict[str, Any] = {f"HTTP_{status}": model for status, model in answers.items()}
        models |= {f"HTTP_{status}": Problem for status in (401, 403, *problems)}

        @wraps(view)
        def direct(**values: Any) -> Any:
            return view(**values)

        def enter(tree: SpecTree) -> None:
            described = tree.validate(
                query=query, json=body, headers=headers, resp=Responses(**models), skip_validation=True
            )(view)
            # SpecTree finds what it knows of a view by what the view wraps; requests need not pass through it.
            update_wrapper(direct, described)

        self._pending.append(enter)
        return direct

    def document(self) -> dict[str, Any]:
        """Return the description in force, as OpenAPI 3.1. Call it within an app that has the views."""
        with self._building:
            if self._document is None:
                self._document = self._built()
        return self._document

    def _built(self) -> dict[str, Any]:
        tree = _tree()
        for enter in self._pending:
            enter(tree)
        document: dict[str, Any] = tree.spec
        for operations in document["paths"].values():
            for operation in operations.values():
                _mend(operation["responses"])
        return document


def _tree() -> SpecTree:
    token = SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    return SpecTree(
        "flask",
        title="Platinum Line",
        version="1",
        description="Who is on call, edits of schedules, tickets and their moves, and what monitoring reports.",
        page_templates={},
        mode="strict",
        naming_strategy=lambda model: model.__name__,
        nested_naming_strategy=lambda _parent, name: name,
        annotations=False,
        security_schemes=[token],
        security={"token": []},
    )


def _mend(responses: dict[str, Any]) -> None:
    """Give errors their own media type, which SpecTree cannot say."""
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            response["content"] = {MEDIA_TYPE: content["application/json"]}
