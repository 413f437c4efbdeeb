"""Django's own admin: a back office for superusers, entered through the portal's one sign-in."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from stem_portal.views import to_sign_in


class BackOffice(AdminSite):
    site_header = site_title = _("Back office")
    index_title = _("Tables of the portal")

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return to_sign_in(request)
