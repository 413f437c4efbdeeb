"""Competitions, for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from programs.projects import queries
from programs.projects.choices import ProjectKind
from programs.projects.models import RuleSet
from programs.projects.rules import can_enter, window_refusal
from programs.schools.queries import standing_of


@require_GET
def competition_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    competitions = list(queries.competitions_visible_to(request.user))
    opened = sorted((row for row in competitions if row.is_open(now)), key=lambda row: row.closes_at)
    context = {"open": opened, "others": [row for row in competitions if row not in opened]}
    return render(request, "projects/competition_list.html", context)


@require_GET
def competition_detail(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(queries.competitions_visible_to(request.user), slug=slug)
    standing = standing_of(request.user)
    context = {
        "competition": competition,
        "rule_set": competition.rule_set,
        "refusal": window_refusal(queries.window_of(competition, now=timezone.now())),
        "may_enter": not request.user.is_authenticated or can_enter(standing),
        "own_project": queries.project_of_pupil_in(standing.pupil, competition),
        "sheets": _sheets(competition.rule_set),
    }
    return render(request, "projects/competition_detail.html", context)


def _sheets(rule_set: RuleSet) -> list[dict]:
    """The two score sheets, each criterion with its share of the longest bar."""
    criteria = list(rule_set.criteria.all())
    most = max((criterion.points for criterion in criteria), default=1)
    return [
        {
            "label": kind.label,
            "rows": [
                {"name": row.local_name, "points": row.points, "share": row.points * 100 / most}
                for row in criteria
                if row.kind == kind
            ],
        }
        for kind in ProjectKind
    ]
