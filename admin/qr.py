"""QR codes, drawn into the page: no picture leaves the host, and the content policy allows no inline style."""

import segno
from markupsafe import Markup


def as_svg(text: str) -> Markup:
    """An SVG element, dark on light in any theme, for a telephone to read."""
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)
