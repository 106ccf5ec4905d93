"""The forms of the own account."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from admin import fields

SHORTEST, LONGEST = 12, 1024
TOO_SHORT = f"At least {SHORTEST} characters: four words that do not belong together are good."


def _current() -> PasswordField:
    return PasswordField("Your password", [InputRequired("Type your password."), Length(max=LONGEST)])


class ConfirmForm(FlaskForm):
    """What needs the password once more: somebody else may sit at an open browser."""

    current = _current()


class PasswordForm(ConfirmForm):
    new = PasswordField("New password", [InputRequired("Type the new password."), Length(SHORTEST, LONGEST, TOO_SHORT)])
    again = PasswordField("The new password once more", [InputRequired("Type the new password once more.")])

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.new.data != self.again.data:
            fields.complain(self.again, "This is not the same as above.")
        elif self.new.data == self.current.data:
            fields.complain(self.new, "This is the old one: type another.")
        return not self.errors


class EnrolForm(FlaskForm):
    code = StringField("Code", [InputRequired("Type the code that the app shows."), Length(max=64)])
