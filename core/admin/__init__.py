from core.admin import columns
from core.admin.base import BackOfficeAdmin, RecordAdmin
from core.admin.documents import DocumentAdmin
from core.admin.parameters import ParameterAdmin
from core.admin.records import (
    AuditEntryAdmin,
    NoticeAdmin,
    OutboxAdmin,
    ReadingAdmin,
    RunAdmin,
    ShardAdmin,
)
from core.admin.security import LockoutAdmin
from core.admin.staff import BranchAdmin, StaffAdmin

__all__ = [
    "AuditEntryAdmin",
    "BackOfficeAdmin",
    "BranchAdmin",
    "DocumentAdmin",
    "LockoutAdmin",
    "NoticeAdmin",
    "OutboxAdmin",
    "ParameterAdmin",
    "ReadingAdmin",
    "RecordAdmin",
    "RunAdmin",
    "ShardAdmin",
    "StaffAdmin",
    "columns",
]
