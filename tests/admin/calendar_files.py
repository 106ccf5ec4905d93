"""Calendar files, as calendar programs write them."""


def file(*events: str, head: str = "") -> bytes:
    """A calendar of these events, each given as its lines."""
    lines = [f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{head}"]
    for number, event in enumerate(events):
        lines.append(f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20260101T000000Z\n{event.strip()}\nEND:VEVENT\n")
    return ("".join(lines) + "END:VCALENDAR\n").replace("\n", "\r\n").encode()
