"""The audit log, for administrators and for those who answer for data protection. No text that anybody typed is in it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from programs.core.gates import not_found_unless, signed_in
from stem_portal.administration import log
from stem_portal.administration.forms import LogForm
from stem_portal.administration.roles import may_read_the_log


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def audit_log(request: HttpRequest) -> HttpResponse:
    """Looking is by GET, with numbers only; what is typed to look for comes by POST and becomes numbers."""
    not_found_unless(may_read_the_log(request.user))
    wanted = log.Wanted.read(request.GET)
    choices = {"kinds": log.kinds(), "verbs": log.verbs()}
    form = LogForm(request.POST if request.method == "POST" else None, initial=wanted.as_typed(), **choices)
    if request.method == "POST" and form.is_valid():
        return redirect(reverse("audit_log", query=log.Wanted.of(form.cleaned_data).as_query()))
    page = log.page_of(request.user, wanted, before=request.GET.get("before", ""))
    query = wanted.as_query()
    context = {"form": form, "page": page, "query": query, "older_query": urlencode(query | {"before": page.older})}
    return render(request, "administration/audit_log.html", context)
