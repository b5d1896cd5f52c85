"""What the pages of this room show."""

from dataclasses import dataclass

from core import notices
from core.models import Notice, User
from core.roles import Role

MANAGERS_FRAME = "m/base.html"
DESK_FRAME = "core/desk.html"


def frame_for(user: User) -> str:
    """The base template of somebody's own door: the phone in the village, or the desk."""
    return MANAGERS_FRAME if user.role == Role.CUSTOMER_MANAGER else DESK_FRAME


@dataclass(frozen=True)
class MePage:
    """Who is signed in, and what they may change about it."""

    user: User
    frame: str

    @classmethod
    def build(cls, user: User) -> "MePage":
        """The page of ``user``."""
        return cls(user=user, frame=frame_for(user))

    @property
    def initial(self) -> str:
        """What stands where a photo would."""
        return str(self.user)[:1]


@dataclass(frozen=True)
class NoticesPage:
    """What ``user`` has not read yet, the newest first."""

    frame: str
    unread: list[Notice]

    @classmethod
    def build(cls, user: User) -> "NoticesPage":
        """The notices of ``user``."""
        return cls(frame=frame_for(user), unread=notices.unread(user))

    @property
    def newest(self) -> int:
        """The number of the newest notice, 0 where there is none."""
        return self.unread[0].pk if self.unread else 0
