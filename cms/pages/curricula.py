from __future__ import annotations

from dataclasses import fields as dataclass_fields

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock, MaterialsBlock, PointsBlock, RubricBlock, StepsBlock
from cms.filters import narrow
from cms.listing import curriculum_questions, curriculum_row, page_of
from cms.pages.base import PICTURE_PANEL, TITLE_PANELS, PortalPage, SectionPage
from cms.pages.with_record import FactPanel, RecordPage, RecordPageForm
from cms.records import CurriculumFacts, facts_from, facts_of_curriculum, keep_curriculum
from cms.structured_data import in_script, learning_resource
from programs.core.forms import WholeNumberField
from programs.curricula.choices import ActivityForm
from programs.curricula.models import Curriculum
from programs.topics.models import Subject, Topic


class CurriculumIndexPage(SectionPage):
    NO_PII = True
    template = "cms/curriculum_index.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CurriculumPage"]

    class Meta:
        verbose_name = _("list of curricula")

    def curricula(self) -> models.QuerySet[CurriculumPage]:
        """The curricula that the public may read, easiest first."""
        pages = CurriculumPage.objects.child_of(self).live().filter(curriculum__isnull=False)
        return (
            pages.select_related("curriculum")
            .prefetch_related("curriculum__subjects", "curriculum__topics")
            .defer_streamfields()
            .order_by("curriculum__grade_from", "curriculum__grade_to", "title")
        )

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        pages = list(self.curricula())
        rows = [curriculum_row(page.pk, page.curriculum) for page in pages]
        narrowed = narrow(rows, curriculum_questions(), request.GET.dict())
        wanted = set(narrowed.pks)
        found = page_of([page for page in pages if page.pk in wanted], request.GET.get("page"))
        return super().get_context(request, *args, **kwargs) | {"narrowed": narrowed, "page_obj": found}


class CurriculumPageForm(RecordPageForm):
    fact_names = [field.name for field in dataclass_fields(CurriculumFacts)]

    form = forms.ChoiceField(label=pgettext_lazy("of STEM education", "Form"), choices=ActivityForm.choices)
    subjects = forms.ModelMultipleChoiceField(
        label=_("Subjects"), queryset=Subject.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"), queryset=Topic.objects.all(), widget=forms.CheckboxSelectMultiple, required=False
    )
    minutes = WholeNumberField(label=_("Total minutes"), min_value=5, max_value=6000)
    group_size = WholeNumberField(label=_("Pupils per group"), min_value=1, max_value=60, initial=4)
    cost_vnd = WholeNumberField(label=_("Cost of materials per group (đồng)"), min_value=0, max_value=100_000_000)


class CurriculumPage(RecordPage):
    """A curriculum: what it aims at, what it needs, how it is judged; its lessons are its children."""

    NO_PII = True
    record_field = "curriculum"
    record_model = Curriculum
    base_form_class = CurriculumPageForm
    template = "cms/curriculum.html"
    parent_page_types = ["cms.CurriculumIndexPage"]
    subpage_types = ["cms.LessonPage"]
    searched = ["intro", "aims", "outcomes", "materials", "body"]

    curriculum = models.ForeignKey(
        Curriculum,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("curriculum"),
    )
    intro = models.TextField(_("introduction"), blank=True)
    aims = StreamField(PointsBlock(), blank=True, verbose_name=_("aims"))
    outcomes = StreamField(
        PointsBlock(),
        blank=True,
        verbose_name=_("learning outcomes of the 2018 General Education Programme (GDPT 2018)"),
    )
    materials = StreamField(MaterialsBlock(), blank=True, verbose_name=_("materials for one group"))
    safety = StreamField(PointsBlock(), blank=True, verbose_name=_("safety"))
    rubric = StreamField(RubricBlock(), blank=True, verbose_name=_("assessment rubric"))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("more"))

    content_panels = [
        *TITLE_PANELS,
        FieldPanel("intro"),
        MultiFieldPanel(
            [
                FieldRowPanel([FactPanel("code"), FactPanel("form")]),
                FieldRowPanel([FactPanel("grade_from"), FactPanel("grade_to")]),
                FieldRowPanel([FactPanel("minutes"), FactPanel("group_size"), FactPanel("cost_vnd")]),
                FactPanel("subjects"),
                FactPanel("topics"),
            ],
            heading=_("Details for filters and reports"),
        ),
        PICTURE_PANEL,
        FieldPanel("aims"),
        FieldPanel("outcomes"),
        FieldPanel("materials"),
        FieldPanel("safety"),
        FieldPanel("rubric"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("curriculum page")
        verbose_name_plural = _("curriculum pages")

    facts_of = staticmethod(facts_of_curriculum)

    def keep_record(self, *, by) -> Curriculum:
        facts = facts_from(CurriculumFacts, self.facts_draft)
        return keep_curriculum(curriculum=self.curriculum, facts=facts, title=self.title, by=by)

    @cached_property
    def record(self) -> Curriculum | None:
        """The facts to show: in a preview those of the draft, else the record's."""
        if not self.has_draft_facts:
            return self.curriculum
        plain = {
            name: self.facts_draft.get(name)
            for name in CurriculumPageForm.fact_names
            if name not in {"subjects", "topics"}
        }
        return Curriculum(**{name: value for name, value in plain.items() if value is not None})

    @cached_property
    def subjects(self) -> list[Subject]:
        return self._labels(Subject, "subjects")

    @cached_property
    def topics(self) -> list[Topic]:
        return self._labels(Topic, "topics")

    def _labels(self, model, name: str) -> list:
        if self.has_draft_facts:
            return list(model.objects.filter(pk__in=self.facts_draft.get(name) or []))
        return list(getattr(self.curriculum, name).all()) if self.curriculum else []

    @property
    def materials_cost(self) -> int:
        return sum(block.value["cost_vnd"] or 0 for block in self.materials)

    @cached_property
    def lessons(self) -> list[LessonPage]:
        return list(LessonPage.objects.child_of(self).live().defer_streamfields().order_by("path"))

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        context = super().get_context(request, *args, **kwargs)
        if self.record and self.record.grade_from:
            context["structured_data"] = in_script(
                learning_resource(
                    page=self,
                    record=self.record,
                    subjects=self.subjects,
                    url=request.build_absolute_uri(request.path),
                    organisation=settings.JURISDICTION["portal_name"],
                )
            )
        return context


class LessonPage(PortalPage):
    """One lesson with its steps by the minute and its worksheet."""

    NO_PII = True
    template = "cms/lesson.html"
    parent_page_types = ["cms.CurriculumPage"]
    subpage_types = []
    searched = ["objectives", "steps", "worksheet_title", "worksheet"]

    minutes = models.PositiveSmallIntegerField(_("minutes"), default=45, validators=[MinValueValidator(1)])
    objectives = StreamField(PointsBlock(), blank=True, verbose_name=_("objectives"))
    steps = StreamField(StepsBlock(), blank=True, verbose_name=_("steps"))
    worksheet_title = models.CharField(_("title of the worksheet"), max_length=200, blank=True)
    worksheet = StreamField(PointsBlock(), blank=True, verbose_name=_("tasks of the worksheet"))

    content_panels = [
        *TITLE_PANELS,
        FieldPanel("minutes"),
        FieldPanel("objectives"),
        FieldPanel("steps"),
        MultiFieldPanel([FieldPanel("worksheet_title"), FieldPanel("worksheet")], heading=_("Worksheet")),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    @property
    def timeline(self) -> list[dict]:
        """The steps with the minute at which each begins."""
        begins, rows = 0, []
        for block in self.steps:
            minutes = block.value["minutes"] or 0
            rows.append({"begins": begins, "ends": begins + minutes, "step": block.value})
            begins += minutes
        return rows

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        siblings = list(LessonPage.objects.sibling_of(self).live().defer_streamfields().order_by("path"))
        place = next((number for number, page in enumerate(siblings) if page.pk == self.pk), None)
        context = super().get_context(request, *args, **kwargs)
        context["curriculum_page"] = CurriculumPage.objects.parent_of(self).select_related("curriculum").first()
        if place is not None:
            context |= {
                "number": place + 1,
                "lesson_count": len(siblings),
                "previous": siblings[place - 1] if place else None,
                "next": siblings[place + 1] if place + 1 < len(siblings) else None,
            }
        return context
