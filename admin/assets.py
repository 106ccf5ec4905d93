"""The files under `static/`: kept by browsers for as long as they do not change, and packed on their way."""

import gzip
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request

PACKED = {".css", ".js", ".svg"}
"""Pages are not packed: they carry the token of a session beside what somebody typed (the BREACH attack)."""
FOR_EVER = 31_536_000
"""Seconds: a year."""


class AssetsBlueprint(Blueprint):
    """Browsers keep an asset for ever under an address that changes with it, and ask again for any other."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        return FOR_EVER if request.args.get("v") else None

    def send_static_file(self, filename: str) -> Response:
        response = super().send_static_file(filename)
        path = Path(str(self.static_folder), filename)
        if path.suffix in PACKED:
            response.vary.add("Accept-Encoding")
            if response.status_code == 200 and request.accept_encodings["gzip"] > 0:
                _pack(response, path)
        return response


def _pack(response: Response, path: Path) -> None:
    """The same file as gzip. Its tag becomes a weak one: the bytes are others, what they mean is the same."""
    response.close()  # the file that would have been sent
    response.direct_passthrough = False
    response.set_data(_packed(path))
    response.content_encoding = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9)
