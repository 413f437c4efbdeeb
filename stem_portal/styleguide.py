"""Every component in every state on one page, for those who build and test the look (debug only)."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.bookings.choices import BookingState
from programs.centres.choices import SessionState
from programs.certificates.choices import CertificateState
from programs.claims.choices import ClaimState
from programs.competitions.choices import CompetitionState
from programs.consents.choices import ConsentState
from programs.core.choices import JobState, Level
from programs.core.desk import DeskLink, DeskStat, DeskTask
from programs.core.forms import WholeNumberField
from programs.core.templatetags.icons import ICONS
from programs.judging.choices import SheetState
from programs.notices.choices import MessageState
from programs.projects.choices import ProjectState
from programs.reviews.choices import ReportState
from programs.schools.choices import SchoolState

STATES = [
    SchoolState, ClaimState, ConsentState, SessionState, BookingState, CompetitionState, ProjectState,
    SheetState, CertificateState, ReportState, MessageState, JobState,
]  # fmt: skip
MORNING = datetime(2026, 12, 3, 8, 0, tzinfo=timezone.get_fixed_timezone(420))


class SampleForm(forms.Form):
    """One field of each kind."""

    school = forms.CharField(label=gettext_lazy("School"), help_text=gettext_lazy("As on the school's seal."))
    pupils = WholeNumberField(label=gettext_lazy("Number of pupils"), min_value=1, max_value=40)
    day = forms.DateField(label=gettext_lazy("Day"), help_text=gettext_lazy("Day/month/year, for example 26/11/2026"))
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=[("", "–"), *Level.choices[1:4]])
    transport = forms.ChoiceField(
        label=gettext_lazy("How the group travels"),
        widget=forms.RadioSelect,
        choices=[("bus", gettext_lazy("By bus")), ("walk", gettext_lazy("On foot"))],
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("What the group needs"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("ramp", gettext_lazy("Step-free entrance")), ("lunch", gettext_lazy("A place to eat"))],
    )
    plan = forms.FileField(
        label=gettext_lazy("Safety plan"), required=False, help_text=gettext_lazy("PDF, up to 10 MB")
    )
    note = forms.CharField(label=gettext_lazy("Note for the centre"), required=False, widget=forms.Textarea)
    consent = forms.BooleanField(label=gettext_lazy("Every guardian has agreed to this visit."))


def calendar_days() -> list[SimpleNamespace]:
    """December 2026, which begins on a Tuesday, with free, nearly full and full sessions."""
    seats = {3: 38, 5: 12, 6: 0, 10: 40, 12: 4, 17: 0, 19: 40, 24: 16}
    days = [SimpleNamespace(blank=True)]
    for number in range(1, 32):
        moment = MORNING + timedelta(days=number - 3)
        left = seats.get(number)
        look = "" if left is None or left > 12 else "few" if left else "full"
        days.append(SimpleNamespace(moment=moment, number=number, left=left, look=look, off=number == 25))
    return days


def sample_context(request: HttpRequest) -> dict:
    return {
        "icons": ICONS,
        "states": [(kind.__name__, kind.choices) for kind in STATES],
        "clean_form": SampleForm(),
        "refused_form": SampleForm({"school": "THCS Phú Lợi", "pupils": "400", "day": "31/02/2026"}, prefix="refused"),
        "tasks": [
            DeskTask(
                _("2 papers are missing for class 8A1"),
                _("Safety plan, consent list (31 of 38). Due Tuesday 24/11."),
                "#",
                _("Complete"),
            ),
            DeskTask(
                _("A project is waiting for your endorsement"),
                _("Two pupils in class 9A3 have submitted all their files."),
                "#",
                _("View"),
            ),
        ],
        "stats": [
            DeskStat(113, _("pupils took part this term"), "#"),
            DeskStat(54, _("of them girls"), "#"),
            DeskStat(0, _("upcoming visits")),
        ],
        "desk_links": [
            DeskLink(_("Bookings"), request.path, 3),
            DeskLink(_("Classes and pupils"), "#c"),
            DeskLink(_("Projects"), "#d", 1),
        ],
        "steps": [
            {"label": _("Places held"), "state": "done", "detail": "23/11"},
            {"label": _("Papers"), "state": "now", "detail": _("by 24/11")},
            {"label": _("Visit")},
            {"label": _("Certificates")},
        ],
        "bars": [
            {"label": "Thủ Dầu Một", "share": 92, "value": "1.204", "url": "#"},
            {"label": "Dĩ An", "share": 61, "value": "803", "url": "#"},
            {"label": "Dầu Tiếng", "share": 0, "value": "0", "url": "#", "kind": "wait"},
        ],
        "timeline": [
            {"moment": MORNING, "title": _("Booking confirmed"), "text": "Lê Thị Hạnh"},
            {"moment": MORNING - timedelta(days=2), "title": _("Places held")},
        ],
        "days": calendar_days(),
        "moment": MORNING,
        "crumbs": [
            {"label": _("Field trips"), "url": "/"},
            {"label": _("A day at the fabrication lab"), "url": ""},
        ],
        "page": Paginator(range(200), 10).page(4),
        "jobs": [
            SimpleNamespace(pk=number, state=state, steps_done=40, steps_total=total, percent=33)
            for number, (state, total) in enumerate([("running", 120), ("done", 1), ("failed", 1)])
        ],
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    return render(request, "styleguide.html", sample_context(request))
