"""What goes to browsers goes packed: a page at 3 a.m. comes over a weak network. Assets are kept by browsers too.

Packed pages may tell, by their length, what stands in them, to somebody who can make a browser ask for them with words
of theirs (the BREACH attack). Cookies of ours are not sent with what another site asks for (SameSite), the token of a
form is signed anew every second, and what is shown once (`no-store`) is not packed.
"""

import gzip
from functools import cache
from os.path import normpath
from pathlib import Path

from flask import Blueprint, Response, request

PACKED = {".css", ".js", ".svg"}
SHORT = 2_000
"""Bytes of a page that gains nothing."""
QUICKLY, WELL = 4, 9
"""How hard gzip tries: a page is packed each time, an asset once."""
FOR_EVER = 31_536_000
"""Seconds: a year."""


class PackingBlueprint(Blueprint):
    """Browsers keep an asset for ever under an address that changes with it, and ask again for any other."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        return FOR_EVER if request.args.get("v") else None

    def send_static_file(self, filename: str) -> Response:
        response = super().send_static_file(filename)
        path = Path(normpath(Path(str(self.static_folder), filename)))  # one asset has one address here
        if path.suffix in PACKED:
            response.vary.add("Accept-Encoding")
            if response.status_code == 200 and _unpacks():
                response.close()  # the file that would have been sent
                response.direct_passthrough = False
                _let_be(response, _packed(path))
        return response


def pack_page(response: Response) -> Response:
    """A page as gzip, for browsers that can read that."""
    if response.mimetype == "text/html" and not response.cache_control.no_store:
        response.vary.add("Accept-Encoding")
        if _unpacks() and len(page := response.get_data()) > SHORT:
            _let_be(response, gzip.compress(page, QUICKLY))
    return response


def _unpacks() -> bool:
    return request.accept_encodings["gzip"] > 0


def _let_be(response: Response, packed: bytes) -> None:
    """The same as gzip. Its tag becomes a weak one: the bytes are others, what they mean is the same."""
    response.set_data(packed)
    response.content_encoding = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), WELL)
