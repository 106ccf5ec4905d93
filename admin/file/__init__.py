"""The YAML file of `load`."""

from admin.file.changes import Report
from admin.file.load import load
from admin.file.tree import FileErrors

__all__ = ["FileErrors", "Report", "load"]
