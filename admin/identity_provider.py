"""Where users may sign in with the account of their organisation, as the settings have it."""

from typing import Protocol
from urllib.parse import urlsplit


class Provider(Protocol):
    """The settings of an identity provider."""

    @property
    def issuer(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...


def name_of(provider: Provider) -> str:
    """What users know the provider by: its host."""
    return urlsplit(provider.issuer).hostname or provider.issuer
