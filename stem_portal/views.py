"""Pages that belong to no wing: errors, health, the desk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"csrf_failed": True}, status=403)


def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/desk.html")
