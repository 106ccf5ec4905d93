"""A program that keeps a schedule by the API. Every answer that it gets is as the API's description says."""

import re
from datetime import datetime
from typing import Any

import jsonschema
from sqlalchemy import select

from models.audit import Audit
from models.database import Database
from models.technician import Technician
from tests.admin.api_client import Api

SCHEDULES = "/api/v1/schedules"
PLATINUM = f"{SCHEDULES}/platinum"
WEEKLY: dict[str, Any] = {
    "name": "weekly",
    "rotation": {
        "unit": "week",
        "length": 1,
        "first_handoff": "2026-11-02T09:00",
        "participants": ["anna", "bruno"],
    },
    "windows": [],
}
"""It is Bruno's turn until Monday 30 November 09:00, then Anna's."""
NEW = {"key": "platinum", "time_zone": "Europe/Rome", "layers": [WEEKLY]}


def weekly(*people: str, **rotation: Any) -> dict[str, Any]:
    return {**WEEKLY, "rotation": {**WEEKLY["rotation"], "participants": list(people), **rotation}}


def dated(technician: str, starts: str, until: str, **more: Any) -> dict[str, Any]:
    return {"technician": technician, "from": starts, "until": until, **more}


_known: list[dict[str, Any]] = []


def _description(api: Api) -> dict[str, Any]:
    """The OpenAPI document, which is the same in every test: it is made once a process."""
    if not _known:
        _known.append(api.program(None).get("/api/openapi.json").get_json())
    return _known[0]


class Desk:
    """Anna, Bruno and Carla are on file, and 'platinum', by which Anna and Bruno take turns of a week."""

    def __init__(self, database: Database, *, new: bool = True) -> None:
        self.database = database
        self.api = Api(database)
        self.program = self.api.program()
        self._description = _description(self.api)
        for key, name in [("anna", "Anna Rossi"), ("bruno", "Bruno Neri"), ("carla", "Carla Verdi")]:
            self.api.technician(key, name)
        if new:
            assert self.sends("POST", SCHEDULES, NEW).status_code == 201

    def sends(
        self, method: str, path: str, body: Any = None, match: str | None = None, query: dict[str, str] | None = None
    ) -> Any:
        """A request, and its answer."""
        headers = self.program.headers | ({"If-Match": match} if match is not None else {})
        content = {"json": body} if body is not None else {}
        answer = self.api.app.test_client().open(path, method=method, headers=headers, query_string=query, **content)
        self._is_described(method, path, answer)
        return answer

    def etag(self) -> str:
        return str(self.sends("GET", PLATINUM).headers["ETag"])

    def revises(self, **body: Any) -> Any:
        return self.sends("POST", f"{PLATINUM}/revisions", body, self.etag())

    def schedule(self) -> Any:
        return self.sends("GET", PLATINUM).get_json()

    def on_call(self, at: str) -> Any:
        return self.program.get("/api/v1/on-call", schedule="platinum", at=at).get_json()["technician"]

    def trail(self) -> list[tuple[str, str]]:
        """What was done, and by whom."""
        with self.database.read() as session:
            rows = session.execute(select(Audit.action, Audit.actor).order_by(Audit.id))
            return [(action, actor) for action, actor in rows]

    def changes_technician(self, key: str, **values: str | datetime | None) -> None:
        with self.database.write() as session:
            technician = session.get_one(Technician, key)
            for name, value in values.items():
                setattr(technician, name, value)

    def _is_described(self, method: str, path: str, answer: Any) -> None:
        """The description has this status for this address, and the body is of its schema."""
        responses = next(
            operations[method.lower()]["responses"]
            for template, operations in self._description["paths"].items()
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations
        )
        assert str(answer.status_code) in responses, answer.get_data(as_text=True)
        content = responses[str(answer.status_code)].get("content", {})
        assert bool(content) is bool(answer.get_data())
        for media_type, described in content.items():
            assert answer.mimetype == media_type
            schema = {**described["schema"], "components": self._description["components"]}
            jsonschema.Draft202012Validator(schema).validate(answer.get_json())
