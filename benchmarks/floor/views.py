import os
import tempfile

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from benchmarks.floor.models import Place, Ticket


def page(request: HttpRequest) -> HttpResponse:
    """One row through one small template."""
    return render(request, "floor/page.html", {"place": Place.objects.get(pk=1)})


def book(request: HttpRequest) -> HttpResponse:
    """One conditional UPDATE and one INSERT in a transaction: no seat is ever sold twice, and that is all."""
    with transaction.atomic():
        if not Place.objects.filter(pk=1, taken__lt=F("capacity")).update(taken=F("taken") + 1):
            return HttpResponse("Full", status=409)
        ticket = Ticket.objects.create(place_id=1, holder=request.POST["holder"])
    return HttpResponseRedirect(f"/tickets/{ticket.pk}/")


def copy(request: HttpRequest) -> HttpResponse:
    """The body written down as it comes, into a file that stays, as the portal's does."""
    with tempfile.NamedTemporaryFile(dir=os.environ["COPY_INTO"], delete=False) as file:
        while data := request.read(256 * 1024):
            file.write(data)
    return HttpResponse(status=204)


urlpatterns = [path("page/", page), path("book/", book), path("copy/", copy)]
