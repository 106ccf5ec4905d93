"""Applications share their compiled routes, and nothing else."""

from flask import Flask, url_for

from tests.shared import SharedRoutes


def application(says: str, **rules: str) -> Flask:
    app = Flask(says)
    for name, path in rules.items():
        app.add_url_rule(path, name, lambda **values: f"{says} {values}")
    return app


def test_each_application_answers_with_its_own_views():
    one, two = application("one", ticket="/t/<int:number>"), application("two", ticket="/t/<int:number>")
    assert isinstance(one.url_map, SharedRoutes)
    assert list(one.url_map.iter_rules()) == list(two.url_map.iter_rules())
    assert one.test_client().get("/t/1").text == "one {'number': 1}"
    assert two.test_client().get("/t/2").text == "two {'number': 2}"


def test_an_application_has_no_routes_of_another():
    one, two = application("one", ticket="/t"), application("two", ticket="/t", more="/more")
    assert two.test_client().get("/more").status_code == 200
    assert one.test_client().get("/more").status_code == 404
    with two.test_request_context():
        assert url_for("more") == "/more"


def test_methods_and_defaults_make_a_route_another():
    one, two = Flask("one"), Flask("two")
    one.add_url_rule("/", "home", lambda page: page, defaults={"page": "1"})
    two.add_url_rule("/", "home", lambda page: page, defaults={"page": "2"}, methods=["POST"])
    assert one.test_client().get("/").text == "1"
    assert two.test_client().get("/").status_code == 405
    assert two.test_client().post("/").text == "2"


def test_a_route_that_is_added_later_is_found():
    app = application("one", ticket="/t")
    app.add_url_rule("/later", "later", lambda: "later")
    assert app.test_client().get("/later").text == "later"
