"""The YAML file of `load` and `dump`."""

from admin.file.changes import Report
from admin.file.dump import dump
from admin.file.load import load
from admin.file.tree import FileErrors

__all__ = ["FileErrors", "Report", "dump", "load"]
