"""The line that the gateway answers: its numbers, its address, its policy and its words."""

from dataclasses import dataclass

from rules.policy import Policy
from rules.wording import Wording


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is phoned and rings technicians; `text_number` sends and receives texts. Both E.164.

    `public_url` is where the provider reaches us, without a slash at its end.
    """

    number: str
    text_number: str
    public_url: str
    mail_from: str
    policy: Policy
    wording: Wording

    def url(self, path: str) -> str:
        """An absolute address of ours: `path` begins with a slash."""
        return f"{self.public_url}{path}"
