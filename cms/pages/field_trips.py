from __future__ import annotations

from dataclasses import fields as dataclass_fields

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail_localize.fields import SynchronizedField

from cms.blocks import BodyBlock, PointsBlock, ScheduleBlock
from cms.dates import weekday_names
from cms.filters import narrow
from cms.listing import field_trip_questions, field_trip_row, page_of
from cms.pages.base import PICTURE_PANEL, TITLE_PANELS, SectionPage
from cms.pages.curricula import CurriculumPage
from cms.pages.with_record import FactPanel, RecordPage, RecordPageForm
from cms.queries import month_asked_for, next_session_of_each, next_session_with_places, without_past_weeks
from cms.records import FieldTripFacts, facts_from, facts_of_field_trip, keep_field_trip
from programs.bookings.policy import may_book
from programs.centres.models import Centre, FieldTrip, in_language
from programs.centres.queries.sessions import calendar_of, largest_group_of, shown_ratios
from programs.core.dates import month_title
from programs.core.forms import WholeNumberField
from programs.core.phones import show_phone
from programs.curricula.models import Curriculum
from programs.topics.models import Subject, Topic


class FieldTripIndexPage(SectionPage):
    NO_PII = True
    template = "cms/field_trip_index.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.FieldTripPage"]

    class Meta:
        verbose_name = _("list of field trips")

    def field_trips(self) -> models.QuerySet[FieldTripPage]:
        pages = FieldTripPage.objects.child_of(self).live().filter(field_trip__is_active=True)
        return (
            pages.select_related("field_trip__centre")
            .prefetch_related("subjects")
            .defer_streamfields()
            .order_by("field_trip__grade_from", "title")
        )

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        pages = list(self.field_trips())
        rows = [field_trip_row(page) for page in pages]
        narrowed = narrow(rows, field_trip_questions(), request.GET.dict())
        wanted = set(narrowed.pks)
        found = page_of([page for page in pages if page.pk in wanted], request.GET.get("page"))
        sessions = next_session_of_each([page.field_trip_id for page in found], now=timezone.now())
        for page in found:
            page.next_session = sessions.get(page.field_trip_id)
        return super().get_context(request, *args, **kwargs) | {"narrowed": narrowed, "page_obj": found}


class FieldTripPageForm(RecordPageForm):
    fact_names = [field.name for field in dataclass_fields(FieldTripFacts)]

    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Centre.objects.filter(is_active=True))
    minutes = WholeNumberField(label=_("Minutes"), min_value=15, max_value=1440)
    max_pupils = WholeNumberField(label=_("Maximum pupils"), min_value=1, max_value=1000, initial=40)
    pupils_per_adult = WholeNumberField(label=_("Pupils per accompanying adult"), min_value=1, max_value=60, initial=20)
    price_vnd = WholeNumberField(label=_("Price per pupil (đồng)"), min_value=0, max_value=100_000_000, initial=0)


class FieldTripPage(RecordPage):
    """A field trip: what happens, what to bring, and the calendar with the places left."""

    NO_PII = True
    record_field = "field_trip"
    record_model = FieldTrip
    base_form_class = FieldTripPageForm
    template = "cms/field_trip.html"
    parent_page_types = ["cms.FieldTripIndexPage"]
    subpage_types = []
    searched = ["intro", "schedule", "before", "after", "body"]

    field_trip = models.ForeignKey(
        FieldTrip,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("field trip"),
    )
    intro = models.TextField(_("introduction"), blank=True)
    schedule = StreamField(ScheduleBlock(), blank=True, verbose_name=_("schedule"))
    bring = StreamField(PointsBlock(), blank=True, verbose_name=_("what to bring"))
    safety = StreamField(PointsBlock(), blank=True, verbose_name=_("safety"))
    papers = StreamField(PointsBlock(), blank=True, verbose_name=_("papers the school prepares"))
    before = models.TextField(_("at school before the visit"), blank=True)
    after = models.TextField(_("at school after the visit"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("more"))
    curricula = ParentalManyToManyField(
        Curriculum, blank=True, related_name="+", verbose_name=_("curricula to continue with")
    )
    subjects = ParentalManyToManyField(Subject, blank=True, related_name="+", verbose_name=_("subjects"))
    topics = ParentalManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))

    override_translatable_fields = [
        *RecordPage.override_translatable_fields,
        SynchronizedField("curricula", overridable=False),
        SynchronizedField("subjects", overridable=False),
        SynchronizedField("topics", overridable=False),
    ]
    content_panels = [
        *TITLE_PANELS,
        FieldPanel("intro"),
        MultiFieldPanel(
            [
                FieldRowPanel([FactPanel("code"), FactPanel("centre")]),
                FieldRowPanel([FactPanel("grade_from"), FactPanel("grade_to"), FactPanel("minutes")]),
                FieldRowPanel([FactPanel("max_pupils"), FactPanel("pupils_per_adult"), FactPanel("price_vnd")]),
            ],
            heading=_("Details needed for booking"),
        ),
        PICTURE_PANEL,
        FieldPanel("schedule"),
        FieldPanel("bring"),
        FieldPanel("safety"),
        FieldPanel("papers"),
        MultiFieldPanel(
            [FieldPanel("before"), FieldPanel("after"), FieldPanel("curricula", widget=forms.CheckboxSelectMultiple)],
            heading=_("Lessons before and after"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("subjects", widget=forms.CheckboxSelectMultiple),
                FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
            ],
            heading=_("Subjects and topics"),
            classname="collapsed",
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("field trip page")
        verbose_name_plural = _("field trip pages")

    facts_of = staticmethod(facts_of_field_trip)
    next_session = None

    def keep_record(self, *, by) -> FieldTrip:
        facts = facts_from(FieldTripFacts, self.facts_draft)
        return keep_field_trip(trip=self.field_trip, facts=facts, title=self.title, by=by)

    @cached_property
    def record(self) -> FieldTrip | None:
        """The facts to show: in a preview those of the draft, else the record's."""
        if not self.has_draft_facts:
            return self.field_trip
        plain = {name: value for name, value in self.facts_draft.items() if value is not None and name != "centre"}
        centre = Centre.objects.filter(pk=self.facts_draft.get("centre")).first()
        return FieldTrip(pk=self.field_trip_id, centre=centre, **plain)

    @property
    def timeline(self) -> list[dict]:
        """The stages with the minute at which each begins."""
        begins, rows = 0, []
        for block in self.schedule:
            rows.append({"begins": begins, "stage": block.value})
            begins += block.value["minutes"] or 0
        return rows

    @cached_property
    def curriculum_pages(self) -> list[CurriculumPage]:
        records = [curriculum.pk for curriculum in self.curricula.all()]
        pages = CurriculumPage.objects.live().filter(locale_id=self.locale_id, curriculum_id__in=records)
        return list(pages.select_related("curriculum").defer_streamfields().order_by("curriculum__grade_from", "title"))

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        context = super().get_context(request, *args, **kwargs)
        if self.record:
            context |= {"ratios": shown_ratios(self.record), "largest": largest_group_of(self.record)}
        if self.record and self.record.centre:
            centre = self.record.centre
            context |= {
                "centre_phone": show_phone(centre.phone),
                "centre_hours": in_language(centre.opening_hours, centre.opening_hours_en),
                "centre_access": in_language(centre.accessibility, centre.accessibility_en),
            }
        if self.field_trip_id:
            now = timezone.now()
            upcoming = next_session_with_places(self.field_trip_id, now=now)
            month = month_asked_for(request.GET.get("month", ""), now=now, first=upcoming)
            context |= {
                "upcoming": upcoming,
                "may_book": may_book(request.user),
                "calendar": without_past_weeks(calendar_of(self.field_trip, month, now=now), now=now),
                "month_name": month_title(month),
                "weekday_names": weekday_names(),
            }
        return context
