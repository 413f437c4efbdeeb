"""Django's own admin: a back office for superusers, entered through the portal's one sign-in."""

from django.contrib.admin import AdminSite
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.db.models import BigIntegerField, IntegerField
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from programs.core.forms import WholeNumberField
from stem_portal.views import to_sign_in

# allauth offers these as bare tables: an address or a second factor would go without reason, message and audit row.
WITH_A_WAY_OF_THEIR_OWN = {
    "account.emailaddress",
    "account.emailconfirmation",
    "usersessions.usersession",
    "mfa.authenticator",
    "socialaccount.socialaccount",
    "socialaccount.socialapp",
    "socialaccount.socialtoken",
}


# The tables' numbers are read like those of every other form: 50.000 is not fifty.
for column in (IntegerField, BigIntegerField):
    FORMFIELD_FOR_DBFIELD_DEFAULTS[column] = {"form_class": WholeNumberField}


class BackOffice(AdminSite):
    site_header = site_title = _("Back office")
    index_title = _("Portal tables")

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        shown = [model for model in models if model._meta.label_lower not in WITH_A_WAY_OF_THEIR_OWN]
        super().register(shown, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return to_sign_in(request)
