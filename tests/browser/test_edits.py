"""An edit of a rotation in a real browser, from the form through its preview to saved, with a second admin at work."""

import pytest


def test_an_edit_is_previewed_saved_and_decided_on_when_somebody_else_was_faster(visit):
    mine, theirs = visit(scripts=False).sign_in(), visit(scripts=False, width=360, colours="dark").sign_in()
    page, other = mine.go("/rotations/platinum/edit"), theirs.go("/rotations/platinum/edit")
    for each, technician in ((page, "Dario Conti"), (other, "Elena Riva")):
        each.locator("[name=layers-0-participants-3]").select_option(label=technician)
        each.get_by_role("button", name="Preview").click()
        each.get_by_role("heading", name="Preview: the turns of platinum").wait_for()
    assert f"{'Elena Riva'} +" in " ".join(
        other.get_by_role("region", name="Who is on call instead").inner_text().split()
    )
    other.get_by_role("button", name="Save").click()
    other.get_by_text("The rotation is changed").wait_for()

    page.get_by_role("button", name="Save").click()
    alarm = page.get_by_role("alert").inner_text()
    assert "This rotation was changed while you edited it." in alarm
    assert "becomes Anna Rossi, Bruno Neri, Carla Verdi, Elena Riva." in alarm
    page.get_by_role("button", name="Back to the form").click()
    assert page.locator("[name=layers-0-participants-3] option:checked").inner_text() == "Dario Conti"
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rotation is changed").wait_for()
    page.get_by_role("link", name="Revisions").click()
    page.get_by_text("becomes Anna Rossi, Bruno Neri, Carla Verdi, Dario Conti.").wait_for()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_preview_with_all_its_warnings_is_accessible_and_fits(visit, width, colours):
    window = visit(width=width, colours=colours).sign_in()
    page = window.go("/rotations/second-line/edit")
    page.locator("[name=layers-0-participants-0]").select_option(label="Anna Rossi")
    page.locator("[name=layers-0-windows-0-days][value='0']").uncheck()
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("On call twice at once").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Nothing was saved. Tick this to leave the gaps").wait_for()
    assert window.grave_findings() == []
    assert window.overflow() == 0
    page.get_by_label("Save although nobody is on call then").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rotation is changed").wait_for()


def test_a_shift_is_swapped_on_a_phone(visit):
    window = visit(width=360, colours="dark").sign_in()
    page = window.go("/rotations/platinum")
    page.get_by_role("link", name="Swap two shifts").click()
    page.get_by_label("This shift").select_option(index=1)
    page.get_by_label("For this one").select_option(index=2)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="Preview: a swap of two shifts").wait_for()
    assert window.grave_findings() == []
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The two shifts are swapped.").wait_for()
