from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageState(TextChoices):
    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    UNCERTAIN = "uncertain", _("Interrupted while being sent")


# Messages of this kind carry a link that opens an account or a role: it is wiped once they have left, and no desk
# shows them.
SECRET_KINDS = "account/"  # noqa: S105 (the name of a kind)
