"""What a person may do with a ticket, each move a small form of its own."""

from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from admin.fields import choice, stripped
from admin.kept import KeptForm
from rules.targets import Priority

LONGEST = 2000


def _words(label: str, required: str = "") -> TextAreaField:
    first = DataRequired(required) if required else Optional()
    return TextAreaField(label, [first, Length(max=LONGEST, message=f"At most {LONGEST} characters.")], [stripped])


class MoveForm(KeptForm):
    """A move that needs nothing more."""


class NoteForm(MoveForm):
    text = _words("Note", "Type the note.")


class WaitForm(MoveForm):
    reason = _words("What is waited for", "Say what is waited for: from then on every clock stands still.")


class PriorityForm(MoveForm):
    priority = SelectField("New priority", choices=[choice(p.value, p.value) for p in Priority])
    reason = _words("Reason", "Say why: the customer's priority is changed.")


class SolveForm(MoveForm):
    reason = _words("What was done")


class ExcludeForm(MoveForm):
    reason = _words("Reason", "Say why the plan does not cover this case.")


FORMS: dict[str, type[MoveForm]] = {
    "acknowledge": MoveForm,
    "pass": MoveForm,
    "again": MoveForm,
    "wait": WaitForm,
    "resume": MoveForm,
    "solve": SolveForm,
    "exclude": ExcludeForm,
    "priority": PriorityForm,
    "note": NoteForm,
}
