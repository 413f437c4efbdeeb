"""x"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "data_request.receive": _("Data request received"),
    "data_request.identify": _("Identity of the person asking checked"),
    "data_request.agree": _("Guardian's agreement recorded"),
    "data_request.answer": _("Data request answered"),
    "data_request.refuse": _("Data request refused"),
    "data_request.extend": _("Deadline of the request extended"),
    "data_request.confirm_erasure": _("Erasure confirmed"),
    "data_request.finish": _("Data request completed"),
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
    """The only legal grounds for refusing a data request (Law 91/2025/QH15, Decree 356/2025)."""

    IDENTITY = "identity", _("The identity of the person asking cannot be verified")
    NOT_ENTITLED = "not_entitled", _("The person asking is neither the data subject nor their legal representative")
    NOT_HELD = "not_held", _("The portal holds no such data")
    LAW_REQUIRES = "law_requires", _("A law requires the data to be kept unchanged")
    LEGAL_CLAIM = "legal_claim", _("An inspection, a complaint or a lawsuit is under way")
    OTHERS = "others", _("It would reveal or harm other people's data")
    REPEATED = "repeated", _("The same request was answered recently")
