"""Reports in a real browser, at both sizes and in both colours."""

import pytest


@pytest.mark.parametrize(("width", "colours"), [(360, "dark"), (1280, "light")])
def test_a_report_is_read_and_narrowed_to_one_customer(visit, width, colours):
    window = visit(width=width, colours=colours).sign_in()
    page = window.go("/reports?first=2026-11-01&last=2026-11-30&by=customer")
    page.get_by_text("As a table").click()
    page.get_by_role("region", name="Pages by hour and weekday, as a table").wait_for()
    assert window.grave_findings() == [] and window.overflow() == 0
    page.get_by_role("link", name="Etna Logistica Srl").first.click()
    page.get_by_text("of Etna Logistica Srl alone").wait_for()
    assert window.grave_findings() == [] and window.overflow() == 0
