"""Addresses of the competitions wing; what everybody reads of a competition is with its projects."""

from django.urls import path

from programs.competitions import views

RULES = "desk/rule-sets/<slug:code>/<int:version>/"
RUN = "desk/competitions/<slug:slug>/"

urlpatterns = [
    path("rule-sets/<slug:code>/<int:version>/", views.rule_set_detail, name="rule_set_detail"),
    path("desk/rule-sets/", views.rule_set_list, name="rule_set_list"),
    path(f"{RULES}copy/", views.RuleSetCopy.as_view(), name="rule_set_copy"),
    path(f"{RULES}edit/", views.RuleSetEdit.as_view(), name="rule_set_edit"),
    path(f"{RULES}publish/", views.RuleSetPublish.as_view(), name="rule_set_publish"),
    path(f"{RULES}drop/", views.RuleSetDrop.as_view(), name="rule_set_drop"),
    path(f"{RULES}<slug:part>/new/", views.PartAdd.as_view(), name="rule_part_add"),
    path(f"{RULES}<slug:part>/<int:pk>/", views.PartChange.as_view(), name="rule_part_change"),
    path(f"{RULES}<slug:part>/<int:pk>/remove/", views.PartRemove.as_view(), name="rule_part_remove"),
    path("desk/competitions/", views.competition_board, name="competition_board"),
    path("desk/competitions/new/", views.CompetitionNew.as_view(), name="competition_new"),
    path(RUN, views.competition_manage, name="competition_manage"),
    path(f"{RUN}edit/", views.CompetitionEdit.as_view(), name="competition_edit"),
    path(f"{RUN}dates/", views.CompetitionDates.as_view(), name="competition_dates"),
    path(f"{RUN}open/", views.CompetitionOpen.as_view(), name="competition_open"),
    path(f"{RUN}close/", views.CompetitionClose.as_view(), name="competition_close"),
]
