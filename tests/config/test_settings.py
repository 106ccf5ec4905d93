"""What the environment may say, and what every mistake in it is told."""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load_settings

SID = "AC" + "0123456789abcdef" * 2
ACCOUNT = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "token", "TWILIO_NUMBER": "+390584000009"}
SECRETS = {"SECRET_KEY": "a-secret-key-".ljust(32, "k"), "PIN_PEPPER": "a-pepper-".ljust(32, "p")}
REAL = {**ACCOUNT, **SECRETS, "PUBLIC_URL": "https://line.example.com"}


@pytest.fixture
def load(tmp_path):
    def load(environ=None, host="127.0.0.1", port=8000) -> Settings:
        return load_settings(environ or {}, host=host, port=port, var=tmp_path / "var")

    return load


def problems(load, environ, **where) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        load(environ, **where)
    assert str(refusal.value).splitlines() == refusal.value.problems
    return refusal.value.problems


def test_nothing_set_is_the_simulator_on_loopback(load):
    settings = load(port=8080)

    assert settings.simulated
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.carrier_url == "http://127.0.0.1:8080/simulator/api"
    assert settings.database_url == "sqlite:///var/platinum.db"
    assert settings.line_number == settings.text_number
    assert settings.mail_from == "line@127.0.0.1"
    assert not settings.secure_cookies


def test_every_process_of_the_simulator_knows_the_same_account(load):
    first, second = load(), load(port=9000)

    assert (first.account_sid, first.auth_token) == (second.account_sid, second.auth_token)
    assert first.account_sid.startswith("AC") and len(first.account_sid) == 34
    assert load({"SECRET_KEY": "another"}).auth_token != first.auth_token


def test_generated_secrets_are_kept_for_the_owner_alone(load, tmp_path):
    settings = load()

    kept = tmp_path / "var" / "secret_key"
    assert kept.read_text() == settings.secret_key == load().secret_key
    assert settings.pin_pepper == load().pin_pepper != settings.secret_key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in sorted((tmp_path / "var").iterdir())] == ["pin_pepper", "secret_key"]


def test_processes_that_start_together_make_one_secret(tmp_path):
    code = "import sys, pathlib as p; from config.generated import generated_secret as g; print(g(p.Path(sys.argv[1])))"
    command = [sys.executable, "-c", code, tmp_path / "key"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate()[0] for process in started}) == 1


def test_an_account_is_the_real_line(load):
    settings = load({**REAL, "TWILIO_SMS_NUMBER": "+393331110001", "TRUSTED_PROXIES": "1"}, host="0.0.0.0")

    assert not settings.simulated
    assert settings.carrier_url is None
    assert (settings.line_number, settings.text_number) == ("+390584000009", "+393331110001")
    assert settings.mail_from == "line@line.example.com"
    assert settings.secure_cookies
    assert settings.trusted_proxies == 1


def test_secrets_do_not_show(load):
    urls = {"SMTP_URL": "smtp://user:hidden@mail.example.com", "DATABASE_URL": "postgresql://u:hidden@h/d"}
    shown = repr(load({**REAL, **urls}))

    assert not [secret for secret in ("a-secret-key", "a-pepper", "hidden", "'token'") if secret in shown]


@pytest.mark.parametrize(
    "environ",
    [
        {"DATABASE_URL": "postgresql://user@host/line", "CARRIER": "simulated"},
        {"DATABASE_URL": "postgresql+psycopg://user@host/line", "CARRIER": "simulated"},
        {"PUBLIC_URL": "https://demo.example.com/", "CARRIER": "simulated"},
        {"PUBLIC_URL": "http://localhost:8000"},
        {"PUBLIC_URL": "http://[::1]:8000"},
        {"TWILIO_NUMBER": "+390584000009", "CARRIER": "simulated"},
        {**REAL, "CARRIER": "twilio"},
        {**REAL, "TWILIO_API_URL": "http://127.0.0.1:9000"},
        {"SMTP_URL": "smtps://user:pass@mail.example.com:465", "MAIL_FROM": "desk@example.com"},
        {"HEARTBEAT_URL": "https://hc.example.com/ping/1"},
        {"FALLBACK_URL": "https://static.example.net/down.xml"},
        {"SECRET_KEY": "  ", "TWILIO_ACCOUNT_SID": "", "CARRIER": "", "TRUSTED_PROXIES": "", "UNKNOWN": "\udcff"},
    ],
)
def test_accepted(load, environ):
    load(environ)


OIDC = {"OIDC_ISSUER": "https://login.example.com/", "OIDC_CLIENT_ID": "line", "OIDC_CLIENT_SECRET": "hidden"}


def test_an_identity_provider_is_named_as_it_names_itself_and_its_secret_does_not_show(load):
    provider = load(OIDC).identity_provider
    assert (provider.issuer, provider.client_id) == ("https://login.example.com/", "line")
    assert "hidden" not in repr(load(OIDC))
    assert load({}).identity_provider is None


@pytest.mark.parametrize("name", [*OIDC])
def test_an_identity_provider_is_whole_or_not_there(load, name):
    (problem,) = problems(load, {key: value for key, value in OIDC.items() if key != name})
    assert problem.startswith(f"{name}: missing, while OIDC_")


@pytest.mark.parametrize("name", [*ACCOUNT])
def test_an_account_is_whole_or_not_there(load, name):
    partial = {key: value for key, value in REAL.items() if key != name}
    (problem,) = problems(load, partial)
    assert problem.startswith(f"{name}: missing, while TWILIO_")


@pytest.mark.parametrize(
    ("environ", "start"),
    [
        ({"DATABASE_URL": "mysql://host/line"}, "DATABASE_URL: mysql is not supported."),
        ({"DATABASE_URL": "var/platinum.db"}, "DATABASE_URL: not a database's address."),
        ({"DATABASE_URL": "postgresql://host:port/line"}, "DATABASE_URL: not a database's address."),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL: SQLite needs a file."),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL: SQLite needs a file."),
        ({"PUBLIC_URL": "http://line.example.com"}, "PUBLIC_URL: http is for loopback only"),
        ({"PUBLIC_URL": "line.example.com"}, "PUBLIC_URL: must be a web address"),
        ({"PUBLIC_URL": "https://line.example.com/line"}, "PUBLIC_URL: must be a scheme and a host"),
        ({"PUBLIC_URL": "https://line.example.com:port"}, "PUBLIC_URL: not an address"),
        ({"PUBLIC_URL": "https://[::1"}, "PUBLIC_URL: not an address"),
        ({**REAL, "TWILIO_ACCOUNT_SID": "AC123"}, "TWILIO_ACCOUNT_SID: must be AC and 32"),
        ({**REAL, "TWILIO_NUMBER": "0584000009"}, "TWILIO_NUMBER: must be a valid number"),
        ({**REAL, "TWILIO_NUMBER": "+39"}, "TWILIO_NUMBER: must be a valid number"),
        ({**REAL, "TWILIO_SMS_NUMBER": "ACME"}, "TWILIO_SMS_NUMBER: must be a valid number"),
        ({**REAL, "TWILIO_API_URL": "http://api.example.com"}, "TWILIO_API_URL: http is for loopback only"),
        ({"SMTP_URL": "mail.example.com:25"}, "SMTP_URL: must be smtp://"),
        ({"MAIL_FROM": "the line"}, "MAIL_FROM: must be an e-mail address"),
        ({"POLICY_FILE": "/nowhere/policy.toml"}, "POLICY_FILE: cannot read /nowhere/policy.toml"),
        ({"POLICY_FILE": "x" * 5000}, "POLICY_FILE: cannot read"),
        ({"POLICY_FILE": "/"}, "POLICY_FILE: cannot read"),
        ({"HEARTBEAT_URL": "yes"}, "HEARTBEAT_URL: must be a web address"),
        ({"FALLBACK_URL": "http://static.example.net/down.xml"}, "FALLBACK_URL: must be https"),
        ({"FALLBACK_URL": "down.xml"}, "FALLBACK_URL: must be a web address"),
        ({**OIDC, "OIDC_ISSUER": "http://login.example.com"}, "OIDC_ISSUER: http is for loopback only"),
        ({**OIDC, "OIDC_ISSUER": "https://login.example.com?x=1"}, "OIDC_ISSUER: must be the issuer alone"),
        ({"TRUSTED_PROXIES": "true"}, "TRUSTED_PROXIES: must be a valid integer"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES: must be greater than"),
        ({"CARRIER": "twilo"}, "CARRIER: must be 'twilio' or 'simulated'"),
        ({"CARRIER": "twilio"}, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_NUMBER: missing"),
        ({**REAL, "CARRIER": "simulated"}, "CARRIER: simulated, but a Twilio account is set"),
        ({"TWILIO_NUMBER": "+390584000009"}, "CARRIER: no Twilio account is set, but TWILIO_NUMBER is set"),
        ({"DATABASE_URL": "postgresql://host/line"}, "CARRIER: no Twilio account is set, but DATABASE_URL is"),
        ({"PUBLIC_URL": "https://line.example.com"}, "CARRIER: no Twilio account is set, but PUBLIC_URL is"),
        ({**ACCOUNT, **SECRETS}, "PUBLIC_URL: missing, and the carrier cannot reach this machine"),
        ({**ACCOUNT, "PUBLIC_URL": "https://a.example", "PIN_PEPPER": "x" * 32}, "SECRET_KEY: missing"),
        ({**ACCOUNT, "PUBLIC_URL": "https://a.example", "SECRET_KEY": "x" * 32}, "PIN_PEPPER: missing"),
        ({**REAL, "SECRET_KEY": "x" * 31}, "SECRET_KEY: too short"),
        ({**REAL, "PIN_PEPPER": "x"}, "PIN_PEPPER: too short"),
        ({"SECRET_KEY": "key\udcff"}, "SECRET_KEY: not text"),
    ],
)
def test_refused(load, environ, start):
    (problem,) = problems(load, environ)
    assert problem.startswith(start)


def test_a_short_secret_is_told_the_command_that_makes_one_which_is_long_enough(load):
    (problem,) = problems(load, {**REAL, "PIN_PEPPER": "x"})
    command = problem.split("`")[1].replace("python", sys.executable, 1)
    made = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True).stdout.strip()
    assert load({**REAL, "PIN_PEPPER": made, "PIN_PEPPER_PREVIOUS": "x"}).pin_pepper_previous == "x"


def test_a_short_secret_is_enough_for_the_simulator(load):
    assert load({"SECRET_KEY": "x", "PIN_PEPPER": "y", "CARRIER": "simulated"}).secret_key == "x"


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.168.1.5", "line.example.com", "::"])
def test_a_lost_environment_does_not_serve_the_simulator_to_others(load, host):
    (problem,) = problems(load, {}, host=host)
    assert problem.startswith(f"CARRIER: no Twilio account is set, but --host is {host}")
    assert load({"CARRIER": "simulated"}, host=host).simulated


def test_every_problem_is_named_at_once(load):
    named = problems(
        load,
        {
            "TWILIO_ACCOUNT_SID": "AC1",
            "PUBLIC_URL": "ftp://x",
            "TRUSTED_PROXIES": "many",
            "CARRIER": "simulated",
            "SMTP_URL": "x",
        },
        host="0.0.0.0",
    )
    assert [problem.split(":")[0] for problem in named] == [
        "PUBLIC_URL",
        "TWILIO_ACCOUNT_SID",
        "SMTP_URL",
        "TRUSTED_PROXIES",
        "TWILIO_AUTH_TOKEN, TWILIO_NUMBER",
        "CARRIER",
        "SECRET_KEY",
        "PIN_PEPPER",
    ]


def test_a_place_that_cannot_hold_secrets_is_a_problem_not_a_stack(tmp_path):
    (tmp_path / "var").write_text("a file")
    with pytest.raises(SettingsError, match="SECRET_KEY, PIN_PEPPER: cannot keep a secret"):
        load_settings({}, host="127.0.0.1", port=8000, var=tmp_path / "var")


def test_an_emptied_secret_is_not_used(tmp_path: Path):
    (tmp_path / "secret_key").touch()
    with pytest.raises(SettingsError, match="is empty"):
        load_settings({}, host="127.0.0.1", port=8000, var=tmp_path)


def test_the_process_environment_is_not_read(load, monkeypatch):
    monkeypatch.setitem(os.environ, "PUBLIC_URL", "https://elsewhere.example.com")
    assert load().public_url == "http://127.0.0.1:8000"
