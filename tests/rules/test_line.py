"""The line's own address."""

from config.policy import load_policy
from config.prompts import load_wording
from config.settings import DEFAULT_POLICY_FILE
from rules.line import Line


def test_an_address_of_ours_is_absolute():
    line = Line(
        number="+390584000001",
        text_number="+390584000002",
        public_url="https://line.example.com",
        mail_from="line@example.com",
        policy=load_policy(DEFAULT_POLICY_FILE),
        wording=load_wording(),
    )
    assert line.url("/twilio/voice") == "https://line.example.com/twilio/voice"
