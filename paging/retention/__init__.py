"""Records whose time is over: deleted in small batches, or emptied of what is personal where figures need the row."""

from paging.retention.chore import Retention
from paging.retention.codes import Codes
from paging.retention.kinds import KINDS

__all__ = ["KINDS", "Codes", "Retention"]
