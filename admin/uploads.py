"""A file that was chosen in a form, and carried in the next one so that it need not be chosen twice.

It travels packed in the page, and is kept nowhere: it may hold PINs.
"""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

LARGEST = 5_000_000
"""Bytes in a file."""
LONGEST_NAME = 100


class UnusableFile(Exception):
    """The text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    text: str

    def packed(self, seen: str) -> str:
        """The value of a form's field; `seen` comes along."""
        content = json.dumps([self.name, self.text, seen], ensure_ascii=False)
        return base64.b64encode(zlib.compress(content.encode(), level=6)).decode()


def received(sent: FileStorage | None) -> Upload:
    """The file of a request. Raises UnusableFile."""
    if sent is None or not sent.filename:
        raise UnusableFile("Choose a file: YAML or CSV, as it is exported here.")
    with sent.stream as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnusableFile(f"The file is larger than {LARGEST // 1_000_000} MB. Import it in parts.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableFile("The file is not UTF-8 text. In Excel, save it as “CSV UTF-8”.") from None
    if not text.strip():
        raise UnusableFile("The file is empty.")
    return Upload(_one_line(sent.filename), text)


def _one_line(name: str) -> str:
    return "".join(character for character in name if character.isprintable())[-LONGEST_NAME:]


def unpacked(value: str) -> tuple[Upload, str]:
    """What `packed` has packed, with what was seen. Raises UnusableFile for anything else."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(base64.b64decode(value, validate=True), 3 * LARGEST)
        name, text, seen = json.loads(content)
        text.encode()  # halves of characters, which no file that was read here has
    except (binascii.Error, zlib.error, ValueError, TypeError, AttributeError, RecursionError):
        name, text, seen = None, None, None
    if not (isinstance(name, str) and isinstance(text, str) and isinstance(seen, str)):
        raise UnusableFile("The file did not come along. Choose it again; nothing was imported.")
    return Upload(_one_line(name), text), seen
