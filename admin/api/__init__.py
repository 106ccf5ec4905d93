"""The JSON API: what other programs ask and do, each with a token."""

from admin.api.routes import create_api

__all__ = ["create_api"]
