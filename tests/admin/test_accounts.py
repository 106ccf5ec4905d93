"""Users and tokens: made once, proved by their secrets alone."""

import pytest

from admin import accounts
from admin.accounts import AccountError, add_user, check_password, create_token, token_of
from models.account import Role, Scope, Token, User
from tests.admin.builders import contract
from tests.times import NIGHT


def test_a_generated_password_signs_in_at_once(database):
    with database.write() as session:
        password = add_user(session, " Anna@Example.com ", Role.TECHNICIAN, NIGHT)

    with database.read() as session:
        user = check_password(session, "anna@example.COM", password)
        assert user is not None
        assert (user.email, user.role) == ("anna@example.com", Role.TECHNICIAN)
        assert user.password_hash.startswith("$argon2id$") and password not in user.password_hash


def test_a_known_address_gets_a_new_password_and_role_and_its_sessions_end(sqlite):
    with sqlite.write() as session:
        old = add_user(session, "anna@example.com", Role.TECHNICIAN, NIGHT)
        old_key = session.get_one(User, 1).session_key
        new = add_user(session, "ANNA@example.com", Role.ADMIN, NIGHT)

        assert check_password(session, "anna@example.com", old) is None
        user = check_password(session, "anna@example.com", new)
        assert user is not None
        assert user.role is Role.ADMIN
        assert user.session_key != old_key
        assert session.query(User).count() == 1


@pytest.mark.parametrize("password", ["", "guess", "\udcff", "x" * 5000])
def test_a_wrong_password_or_an_unknown_address_is_nobody(sqlite, password):
    with sqlite.write() as session:
        add_user(session, "anna@example.com", Role.ADMIN, NIGHT)
        assert check_password(session, "anna@example.com", password) is None
        assert check_password(session, "nobody@example.com", password) is None


def test_an_unknown_address_costs_one_check_like_a_known_one(sqlite, monkeypatch):
    checked = []
    monkeypatch.setattr(accounts, "_matches", lambda password_hash, password: checked.append(password_hash))
    with sqlite.write() as session:
        add_user(session, "anna@example.com", Role.ADMIN, NIGHT)
        check_password(session, "anna@example.com", "guess")
        check_password(session, "nobody@example.com", "guess")
        check_password(session, "no address\0", "guess")

    known, *unknown = checked
    assert known not in unknown
    assert [known.split("$")[:4]] * 2 == [one.split("$")[:4] for one in unknown]  # the same work


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@example.com"])
def test_what_is_no_address_is_refused_in_words(sqlite, email):
    with sqlite.write() as session, pytest.raises(AccountError, match="is not an e-mail address"):
        add_user(session, email, Role.ADMIN, NIGHT)


def test_a_token_is_found_by_its_secret_which_is_not_kept(database):
    with database.write() as session:
        secret = create_token(session, "dashboard", Scope.READ, None, NIGHT)

    with database.read() as session:
        token = token_of(session, secret)
        assert token is not None
        assert (token.name, token.scope, token.contract_id) == ("dashboard", Scope.READ, None)
        assert secret not in token.digest
        assert token_of(session, secret + "x") is None
        assert token_of(session, "") is None
        assert token_of(session, "\udcff") is None


def test_a_revoked_token_is_unknown(sqlite):
    with sqlite.write() as session:
        secret = create_token(session, "dashboard", Scope.FULL, None, NIGHT)
        session.get_one(Token, 1).revoked_at = NIGHT
        session.flush()
        assert token_of(session, secret) is None


def test_a_token_may_be_narrowed_to_one_contract(sqlite):
    with sqlite.write() as session:
        narrowed = contract(session, number="C-7")
        secret = create_token(session, "monitoring", Scope.EVENTS, "C-7", NIGHT)
        token = token_of(session, secret)
        assert token is not None and token.contract_id == narrowed.id


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121])
def test_a_token_needs_a_name(sqlite, name):
    with sqlite.write() as session, pytest.raises(AccountError, match="needs a name"):
        create_token(session, name, Scope.FULL, None, NIGHT)


def test_a_token_of_an_unknown_contract_is_refused(sqlite):
    with sqlite.write() as session, pytest.raises(AccountError, match="unknown contract 'C-9'"):
        create_token(session, "monitoring", Scope.EVENTS, "C-9", NIGHT)
