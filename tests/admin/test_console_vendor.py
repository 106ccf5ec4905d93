"""What we ship of others is what they published."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from admin import ticket_story

ADMIN = Path(__file__).parents[2] / "admin"
VENDOR = ADMIN / "static" / "vendor"
PARTS = tomllib.loads((VENDOR / "VENDORED.toml").read_text())


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_vendored_file_is_the_one_that_was_recorded(name):
    part = PARTS[name]
    digest = hashlib.sha512((VENDOR / part["file"]).read_bytes()).digest()
    assert part["sha512"] == "sha512-" + base64.b64encode(digest).decode()


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_vendored_file_comes_with_its_licence_and_version(name):
    part = PARTS[name]
    assert part["version"] and part["licence"]
    assert (VENDOR / part["licence_file"]).read_text().strip()


def test_nothing_is_vendored_without_being_recorded():
    recorded = {part[key] for part in PARTS.values() for key in ("file", "licence_file")} | {"VENDORED.toml"}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == recorded


def sprite():
    """The symbols that are there."""
    return set(re.findall(r' id="([a-z0-9-]+)"', (VENDOR / "bootstrap-icons" / "bootstrap-icons.svg").read_text()))


def test_every_icon_that_a_page_names_is_in_the_sprite():
    there = sprite()
    templates = (path.read_text() for path in ADMIN.parent.glob("*/templates/**/*.html"))
    named = {name for text in templates for name in re.findall(r"""icon\(["']([a-z0-9-]+)["']""", text)}
    assert named <= there, f"not in the sprite: {sorted(named - there)}"


def test_the_icons_of_a_tickets_story_are_in_the_sprite():
    named = {picture for picture, _ in (*ticket_story.LOOKS.values(), *ticket_story.ENDINGS.values())}
    assert named <= sprite()
