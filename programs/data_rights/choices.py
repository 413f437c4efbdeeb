"""x"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "data_request.receive": _("Request about data received"),
    "data_request.identify": _("Identity of who asks was checked"),
    "data_request.answer": _("Request about data answered"),
    "data_request.refuse": _("Request about data refused"),
    "data_request.extend": _("Time of the request extended"),
    "data_request.confirm_erasure": _("Erasure confirmed"),
    "data_request.finish": _("Request about data done"),
    "person.correct": _("Personal data corrected on request"),
    "person.erase": _("Personal data erased on request"),
    "person.download": _("Personal data downloaded"),
}


class RequestKind(TextChoices):
    ACCESS = "access", _("See or receive the data")
    CORRECT = "correct", _("Correct the data")
    ERASE = "erase", _("Erase the data")
    RESTRICT = "restrict", _("Restrict the use of the data")
    OBJECT = "object", _("Object to the use of the data")


class RequestState(TextChoices):
    RECEIVED = "received", pgettext_lazy("data request", "Received")
    IDENTIFIED = "identified", pgettext_lazy("data request", "Identity checked")
    ANSWERED = "answered", pgettext_lazy("data request", "Answered, being carried out")
    DONE = "done", pgettext_lazy("data request", "Done")
    REFUSED = "refused", pgettext_lazy("data request", "Refused")


OPEN_REQUESTS = (RequestState.RECEIVED, RequestState.IDENTIFIED, RequestState.ANSWERED)


class Requester(TextChoices):
    PUPIL = "pupil", _("Pupil")
    GUARDIAN = "guardian", _("Guardian")
    PERSON = "person", _("The person")
    SCHOOL = "school", _("The school, from a paper request")


class RefusalGround(TextChoices):
    """Why a request about data may be refused; anything else is no ground (Law 91/2025/QH15, Decree 356/2025)."""

    IDENTITY = "identity", _("It cannot be shown who asks")
    NOT_ENTITLED = "not_entitled", _("Who asks is neither the person nor their legal representative")
    NOT_HELD = "not_held", _("The portal holds no such data")
    LAW_REQUIRES = "law_requires", _("A law requires the data to be kept as they are")
    LEGAL_CLAIM = "legal_claim", _("An inspection, a complaint or a lawsuit is under way")
    OTHERS = "others", _("It would reveal or harm other people's data")
    REPEATED = "repeated", _("The same was asked and answered a short time ago")
