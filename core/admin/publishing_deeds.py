"""The deeds by which a version of anything is submitted, put into force and sent back."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import publishing
from core.admin.deeds import Deed, ReasonForm
from core.models import Publishable


def submitting(permission: str) -> Deed:
    """The author hands a draft over."""
    return Deed(
        name="submit",
        title=_("Submit for review"),
        says=_(
            "Somebody else then looks at it and puts it into force. It can no longer be edited."
        ),
        done=_("Submitted; somebody else puts it into force."),
        work=lambda request, it, said: publishing.submit(it, actor=request.user),
        permission=permission,
    )


def putting_into_force(
    permission: str,
    *,
    says: str | Promise,
    publish: Callable[..., Publishable] = publishing.publish,
) -> Deed:
    """A second person publishes; ``says`` tells what follows it from then on."""
    return Deed(
        name="publish",
        title=_("Put into force"),
        says=says,
        done=_("In force."),
        work=lambda request, it, said: publish(it, actor=request.user),
        permission=permission,
    )


def sending_back(
    permission: str, *, send_back: Callable[..., Publishable] = publishing.send_back
) -> Deed:
    """Back to the author, with a reason."""
    return Deed(
        name="send_back",
        title=_("Send back to the author"),
        says=_("The author changes it and submits it again."),
        done=_("Sent back."),
        work=lambda request, it, said: send_back(it, actor=request.user, reason=said["reason"]),
        form=ReasonForm,
        permission=permission,
    )
