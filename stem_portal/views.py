"""Pages that belong to no wing: the desk, errors, and redirects to the single sign-in page."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from programs.core.gates import not_found_unless, signed_in
from programs.pupils.queries import class_now_of
from programs.schools.queries.roles import roles_of
from stem_portal.desk import desk_of, own_page_of


@signed_in
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Pupils get their own page instead of the desk."""
    if roles_of(request.user).pupil is not None:
        return _own_page(request)
    return render(request, "desk/desk.html", {"desk": desk_of(request.user), "today": timezone.localdate()})


@signed_in
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    not_found_unless(roles_of(request.user).pupil)
    return _own_page(request)


def _own_page(request: HttpRequest) -> HttpResponse:
    pupil = roles_of(request.user).pupil
    context = {"page": own_page_of(request.user), "pupil": pupil, "class_group": class_now_of(pupil)}
    return render(request, "desk/me.html", context)


@csrf_exempt
def to_sign_in(request: HttpRequest, **kwargs) -> HttpResponse:
    """Wagtail's and Django's own sign-in pages would let a password pass without the second factor.

    Both also redirect people here who are signed in but not allowed: they get a 403, not a sign-in form.
    """
    if not request.user.is_authenticated:
        return _lead_to("account_login", request)
    if request.user.has_perm("wagtailadmin.access_admin"):
        return HttpResponseRedirect(reverse("wagtailadmin_home"))
    raise PermissionDenied


@csrf_exempt
def to_password_reset(request: HttpRequest, **kwargs) -> HttpResponse:
    return _lead_to("account_reset_password", request)


def _lead_to(name: str, request: HttpRequest) -> HttpResponseRedirect:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(reverse(name) + (f"?{urlencode({'next': wanted})}" if safe else ""))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"csrf_failed": True}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the database and the signed-in person: either may be the cause."""
    language = get_language() or settings.LANGUAGE_CODE
    context = {"jurisdiction": settings.JURISDICTION, "current_language": language}
    return HttpResponseServerError(get_template("500.html").render(context))
