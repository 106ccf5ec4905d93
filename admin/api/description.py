"""The OpenAPI description of the API."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any

from pydantic import BaseModel
from spectree import Response as Responses
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from admin.api.documents import Problem
from admin.api.problems import MEDIA_TYPE

View = Callable[..., Any]


class Description:
    """Collects the views that are described. To read and check requests is the views' own affair."""

    def __init__(self) -> None:
        token = SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
        self._tree = SpecTree(
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
        """The view, known to the description: what it answers (None: no JSON), and the problems instead of it."""
        models: dict[str, Any] = {f"HTTP_{status}": model for status, model in answers.items()}
        models |= {f"HTTP_{status}": Problem for status in (401, 403, *problems)}
        described = self._tree.validate(
            query=query, json=body, headers=headers, resp=Responses(**models), skip_validation=True
        )(view)

        # SpecTree finds what it knows of a view by what the view wraps; requests need not pass through it.
        def direct(**values: Any) -> Any:
            return view(**values)

        return update_wrapper(direct, described)

    def document(self) -> dict[str, Any]:
        """The description in force, as OpenAPI 3.1. Call it within an app that has the views."""
        document: dict[str, Any] = self._tree.spec
        for operations in document["paths"].values():
            for operation in operations.values():
                _mend(operation["responses"])
        return document


def _mend(responses: dict[str, Any]) -> None:
    """Errors have a media type of their own, which SpecTree cannot say."""
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            response["content"] = {MEDIA_TYPE: content["application/json"]}
