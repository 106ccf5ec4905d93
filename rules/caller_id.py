"""What the carriers say of a calling number (STIR/SHAKEN)."""

_PASSED = "TN-Validation-Passed"


def is_verified(verdict: str | None) -> bool:
    """Whether the caller's own carrier vouches for the number: the signature is right, with attestation A.

    B says that the carrier knows its customer and not the number, C that the call came through a gateway: with either,
    any number can be shown. Most calls outside North America come without a verdict. Source: ATIS-1000074.
    """
    return verdict == _PASSED or (verdict or "").startswith(f"{_PASSED}-A")
