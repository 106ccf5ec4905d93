"""Customers to a file and back: exported as YAML or a table; imported after a look at what that would change."""

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import file, import_plan, kept, trail, uploads
from admin.file import FileErrors, portage
from admin.file.portage import Reading
from admin.file.table import table
from admin.guard import Doors, Permission
from admin.import_plan import Plan
from admin.sheet import sheet
from admin.uploads import UnusableFile, Upload
from models.database import Database
from rules.line import Line
from rules.pins import Peppers

SHOWN = 200
"""Of those that are added, changed or left alone, and of errors; a table has all of them."""
ENDED = "Your session had ended, and the file was not kept. Choose it again; nothing was imported."
MEANWHILE = "Nothing was imported: what is on file changed since you looked. Below is what the file would do now."
COLUMNS = ("What", "Customer", "Is", "Field", "Before", "After")


class ChangedMeanwhile(Exception):
    """The file would not do what was shown."""


class ImportPages:
    def __init__(self, database: Database, line: Line, peppers: Peppers) -> None:
        self._database = database
        self._policy = line.policy
        self._peppers = peppers

    def open(self, doors: Doors) -> None:
        doors.open("/customers/import", "customers_import", self.upload, Permission.EDIT, post=True)
        doors.take("/customers/import/save", "customers_import_save", self.save, Permission.EDIT)
        doors.take("/customers/import/changes.csv", "customers_import_changes", self.changes, Permission.EDIT)
        doors.open("/customers/export.yaml", "customers_export_yaml", self.export_yaml, Permission.EDIT)
        doors.open("/customers/export.csv", "customers_export_csv", self.export_csv, Permission.EDIT)

    def upload(self) -> ResponseReturnValue:
        """Ask for a file, and show what it would change. Nothing is written."""
        if request.method == "GET":
            return _asked(ENDED if kept.here() else "")
        try:
            return self._dry_run(uploads.received(request.files.get("file")))
        except UnusableFile as wrong:
            return _asked(str(wrong))

    def save(self) -> ResponseReturnValue:
        """Write exactly what was shown, or nothing."""
        try:
            upload, seen = uploads.unpacked(request.form.get("upload", ""))
            plan = self._write(upload, seen)
        except UnusableFile as wrong:
            return _asked(str(wrong))
        except (ChangedMeanwhile, FileErrors):
            return self._dry_run(upload, meanwhile=MEANWHILE)
        flash(f"Imported {upload.name}: {len(plan.added)} added, {len(plan.changed)} changed.", "green")
        return redirect("/customers", 303)

    def changes(self) -> ResponseReturnValue:
        """All that would change, as a table."""
        try:
            upload, _ = uploads.unpacked(request.form.get("upload", ""))
            with self._database.read() as session:
                plan = self._plan(session, portage.read(upload.name, upload.text), dry=True)
        except UnusableFile as wrong:
            return _asked(str(wrong))
        except FileErrors:
            return self._dry_run(upload, meanwhile=MEANWHILE)
        return _download(sheet(COLUMNS, plan.rows), "text/csv", "import.csv")

    def export_yaml(self) -> ResponseReturnValue:
        with self._database.read() as session:
            text = file.dump_customers(session, self._database.now(session), self._policy)
        return _download(text, "application/yaml", "customers.yaml")

    def export_csv(self) -> ResponseReturnValue:
        with self._database.read() as session:
            text = table(file.customers_on_file(session, self._database.now(session), self._policy))
        return _download(text, "text/csv", "customers.csv")

    def _plan(self, session: Session, reading: Reading, *, dry: bool) -> Plan:
        """Raises FileErrors."""
        now = self._database.now(session)
        changes = portage.bring(session, reading, self._peppers, current_user.email, now, self._policy, dry=dry)
        return import_plan.plan(reading, changes.found)

    def _write(self, upload: Upload, seen: str) -> Plan:
        """Raises ChangedMeanwhile and FileErrors; then nothing was written."""
        reading = portage.read(upload.name, upload.text)
        with self._database.write() as session:
            portage.begin(session)
            plan = self._plan(session, reading, dry=False)
            if plan.fingerprint != seen or not plan.size:
                raise ChangedMeanwhile
            now = self._database.now(session)
            trail.record(session, now, "customers.imported", f"file:{upload.name}", None, plan.counts)
        return plan

    def _dry_run(self, upload: Upload, meanwhile: str = "") -> ResponseReturnValue:
        try:
            with self._database.read() as session:
                plan = self._plan(session, portage.read(upload.name, upload.text), dry=True)
        except FileErrors as wrong:
            return _asked("", upload.name, wrong.errors)
        html = render_template(
            "console/customers_import_preview.html",
            upload=upload, plan=plan, packed=upload.packed(plan.fingerprint), shown=SHOWN, meanwhile=meanwhile,
        )  # fmt: skip
        return _not_stored(html, 409 if meanwhile else 200)


def _asked(error: str, name: str = "", errors: list[tuple[str, str]] | None = None) -> Response:
    """The page that asks for a file, with what is wrong with the one that was sent."""
    html = render_template(
        "console/customers_import.html", error=error, name=name, errors=errors or [], shown=SHOWN,
        largest=uploads.LARGEST // 1_000_000,
    )  # fmt: skip
    return _not_stored(html, 422 if errors or (error and request.method == "POST") else 200)


def _not_stored(html: str, status: int) -> Response:
    """The file that comes along may hold PINs."""
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _download(text: str, kind: str, name: str) -> Response:
    response = Response(text, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
