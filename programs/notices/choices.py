from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageState(TextChoices):
    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    UNCERTAIN = "uncertain", _("Interrupted while being sent")
    SETTLED = "settled", _("Not sent, settled by a person")


# Whether a message reached its reader, only a person can find out.
UNDELIVERED = (MessageState.FAILED, MessageState.UNCERTAIN)


# Messages of this kind carry a link that opens an account or a role: it is wiped once they have left, and no desk
# shows them.
SECRET_KINDS = "account/"  # noqa: S105 (the name of a kind)

# Somebody waits for these at a screen, and what is in them lives for minutes: they have a lane of their own.
URGENT_KINDS = (
    "account/login_code",
    "account/password_reset_key",
    "account/email_confirmation",
    "account/email_confirmation_signup",
    "account/claim_confirm",
    "account/student_welcome",
)

AUDIT_ACTIONS = {
    "letter.again": _("Letter sent once more"),
    "letter.settle": _("Letter that did not arrive settled"),
}
