"""The web console and the JSON API."""

from admin.console import create_console

__all__ = ["create_console"]
