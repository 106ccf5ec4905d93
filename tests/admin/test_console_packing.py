"""What a browser fetches beside a page: packed, kept by browsers, and light."""

import gzip
import re

import pytest

from admin import packing
from admin.frame import STATIC
from models.account import Role
from tests.admin.console_site import open_site

CSS = "/static/vendor/bootstrap/bootstrap.min.css"
WHOLE = (STATIC / "vendor/bootstrap/bootstrap.min.css").read_bytes()
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


@pytest.fixture
def client(site):
    return site.app.test_client()


def test_a_browser_gets_the_file_packed(client):
    answer = client.get(CSS, headers=PACKED, buffered=True)
    assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) < len(WHOLE) / 5
    assert gzip.decompress(answer.data) == WHOLE
    assert answer.mimetype == "text/css"


@pytest.mark.parametrize("accepts", ["", "identity", "gzip;q=0"])
def test_who_cannot_unpack_gets_it_as_it_is(client, accepts):
    answer = client.get(CSS, headers={"Accept-Encoding": accepts}, buffered=True)
    assert "Content-Encoding" not in answer.headers and answer.data == WHOLE
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_an_asset_is_packed_once_by_whatever_way_its_address_goes(client):
    client.get(CSS, headers=PACKED, buffered=True)
    kept = packing._packed.cache_info().currsize
    for way in ("vendor/../vendor", "nowhere/../vendor", "./vendor"):
        answer = client.get(CSS.replace("vendor", way), headers=PACKED, buffered=True)
        assert answer.status_code == 200 and gzip.decompress(answer.data) == WHOLE
    assert packing._packed.cache_info().currsize == kept


def test_what_has_not_changed_is_not_sent_again(client):
    tag = client.get(CSS, headers=PACKED, buffered=True).headers["ETag"]
    again = client.get(CSS, headers=PACKED | {"If-None-Match": tag}, buffered=True)
    assert tag.startswith("W/") and (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_a_part_of_the_file(client):
    part = client.get(CSS, headers=PACKED | {"Range": "bytes=10-19"}, buffered=True)
    assert (part.status_code, part.data) == (206, WHOLE[10:20]) and "Content-Encoding" not in part.headers


def test_a_page_is_packed_too(site):
    client = site.visitor(Role.VIEWER).client
    packed, page = client.get("/", headers=PACKED), client.get("/")
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in page.headers
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in page.headers["Vary"]
    assert gzip.decompress(packed.data).count(b"<section") == page.data.count(b"<section")


def test_what_is_shown_once_is_not_packed(site):
    contract, visitor = site.contract(), site.visitor()
    form = visitor.get(f"/contracts/{contract}").found(r'name="csrf_token"[^>]* value="([^"]+)"')
    shown = visitor.client.post(f"/contracts/{contract}/pins", data={"csrf_token": form, "newest": "0"}, headers=PACKED)
    assert shown.status_code == 200 and "Content-Encoding" not in shown.headers


def test_all_that_a_page_brings_along_leaves_room_for_the_page(site):
    """150 KB at first load; half of it is the page's own."""
    visitor = site.visitor(Role.VIEWER).get("/")
    assets = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', visitor.html))
    assert len(assets) >= 6
    weights = [len(visitor.client.get(address, headers=PACKED).data) for address in assets]
    assert sum(weights) < 75_000
