from core.models.audit import AuditEntry, Reading
from core.models.batches import Run, Shard
from core.models.documents import Document
from core.models.events import Outbox
from core.models.idempotency import IdempotencyKey
from core.models.notices import Notice, NoticeCursor
from core.models.parameters import Parameter
from core.models.publishing import Publishable, PublishingState
from core.models.second_looks import SecondLook
from core.models.staff import Branch, User

__all__ = [
    "AuditEntry",
    "Branch",
    "Document",
    "IdempotencyKey",
    "Notice",
    "NoticeCursor",
    "Outbox",
    "Parameter",
    "Publishable",
    "PublishingState",
    "Reading",
    "Run",
    "SecondLook",
    "Shard",
    "User",
]
