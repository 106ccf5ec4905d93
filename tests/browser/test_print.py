"""A ticket on paper: its whole story, dark on white, and nothing to press."""

import pytest

HIDDEN = ("nav", ".bar", ".banner", "form", "button", "audio", "details", ".crumb")
LUMINANCE = "e => { const [r, g, b] = getComputedStyle(e).color.match(/[0-9.]+/g).map(Number); return r + g + b }"


@pytest.mark.parametrize("by_switch", [False, True])
def test_a_ticket_prints_as_its_whole_story_and_nothing_to_press(visit, by_switch):
    window = visit(width=360, colours="light" if by_switch else "dark").sign_in()
    if by_switch:
        window.page.get_by_role("button", name="Dark colours").click()
    page = window.go("/tickets/100003")
    on_screen = page.get_by_role("region", name="What happened").inner_text()
    page.emulate_media(media="print")
    seen = [name for name in HIDDEN for each in page.locator(name).all() if each.is_visible()]
    assert seen == []
    assert page.get_by_role("region", name="What happened").inner_text() == on_screen
    assert "Ticket 100003 opened for Acme SpA with priority P1." in on_screen
    assert "Description, recorded" in page.locator(".recordings-part").inner_text()
    assert page.locator(".story p").first.evaluate(LUMINANCE) < 3 * 80
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert window.overflow() == 0
