from core.admin import columns
from core.admin.base import BackOfficeAdmin, RecordAdmin

__all__ = ["BackOfficeAdmin", "RecordAdmin", "columns"]
