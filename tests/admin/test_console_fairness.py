"""Who bears how much of a rotation, on a page and as a table."""

import pytest

from models.account import Role
from tests.admin.console_site import open_site

pytestmark = pytest.mark.one_database


@pytest.fixture
def visitor(database):
    """At a browser on Wednesday 11 November at 02:14; Anna has the week."""
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    return site.visitor(Role.VIEWER)


def asks(visitor, first, last, name="fairness"):
    return visitor.get(f"/rotations/platinum/{name}?first={first}&last={last}")


def test_it_begins_with_this_quarter(visitor):
    visitor.get("/rotations/platinum")
    assert 'href="/rotations/platinum/fairness"' in visitor.html
    visitor.get("/rotations/platinum/fairness")
    assert 'value="2026-10-01"' in visitor.html and 'value="2026-12-31"' in visitor.html
    assert "Anna Rossi" in visitor.text and "Nobody on call" not in visitor.text


def test_a_week_is_told_by_its_nights_and_days_done_and_planned(visitor):
    asks(visitor, "2026-11-09", "2026-11-15")
    assert visitor.status == 200
    anna = visitor.text.split("AR Anna Rossi")[1].split("BN Bruno Neri")[0]
    assert " ".join(anna.split()) == (
        "159 h 41.2 h done, 117.8 h planned 50 h in 7 nights 12.2 h done, 37.8 h planned "
        "48 h in 2 days 0 h done, 48 h planned none"
    )
    assert "Night is from 22:00 to 06:00" in visitor.text


def test_the_table_is_that_of_the_same_days(visitor):
    asks(visitor, "2026-11-09", "2026-11-15")
    link = visitor.found(r'href="(/rotations/platinum/fairness\.csv[^"]+)"').replace("&amp;", "&")
    visitor.get(link)
    assert visitor.response.mimetype == "text/csv"
    assert visitor.html.splitlines()[1].startswith("anna,Anna Rossi,41.2333,117.7667,159.0,")
    name = visitor.response.headers["Content-Disposition"]
    assert name == 'attachment; filename="fairness-platinum-2026-11-09-2026-11-15.csv"'


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-10", "2026-11-09", "It ends before it begins."),
        ("2026-11-10", "2028-11-10", "Choose at most two years."),
        ("1900-01-01", "1900-02-01", "That is too far away."),
        ("2026-01-01", "9999-01-01", "That is too far away."),
        ("", "2026-01-01", "Type the first day."),
        ("soon", "2026-01-01", "Type a date, such as 2026-12-31."),
    ],
)
def test_days_that_are_no_range_are_said_beside_the_field(visitor, first, last, words):
    assert words in asks(visitor, first, last).text
    assert visitor.status == 422 and "Table (CSV)" not in visitor.text
    assert asks(visitor, first, last, "fairness.csv").status == 400


def test_two_years_are_allowed(visitor):
    assert asks(visitor, "2026-01-01", "2027-12-31").status == 200


def test_gaps_are_told_and_a_rotation_that_is_not_there_is_not(database):
    site = open_site(database)
    site.technicians("Anna Rossi")
    site.rotation(key="empty")
    visitor = site.visitor(Role.VIEWER)
    visitor.get("/rotations/empty/fairness?first=2026-11-14&last=2026-11-14")
    assert "Nobody takes part in these days." in visitor.text and "Nobody on call 24 h" in visitor.text
    assert visitor.get("/rotations/nothing/fairness").status == 404
