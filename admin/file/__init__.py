"""The YAML file of `load` and `dump`."""

from admin.file.changes import Report
from admin.file.dump import customers_on_file, dump, dump_customers
from admin.file.load import load
from admin.file.tree import FileErrors

__all__ = ["FileErrors", "Report", "customers_on_file", "dump", "dump_customers", "load"]
