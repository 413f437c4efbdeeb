"""Addresses of the approvals of projects."""

from django.urls import path

from programs.endorsements import views

PROJECT = "desk/endorsements/<str:reference>/"

urlpatterns = [
    path("desk/endorsements/", views.endorsement_queue, name="endorsement_queue"),
    path(f"{PROJECT}mentor/", views.EndorseMentor.as_view(), name="endorse_mentor"),
    path(f"{PROJECT}school/", views.EndorseSchool.as_view(), name="endorse_school"),
    path(f"{PROJECT}safety/", views.EndorseSafety.as_view(), name="endorse_safety"),
    path(f"{PROJECT}mentor/return/", views.ReturnMentor.as_view(), name="return_mentor"),
    path(f"{PROJECT}school/return/", views.ReturnSchool.as_view(), name="return_school"),
    path(f"{PROJECT}safety/return/", views.ReturnSafety.as_view(), name="return_safety"),
    path("desk/projects/<str:reference>/statement/", views.ProjectStatement.as_view(), name="project_statement"),
    path("desk/competitions/<slug:slug>/safety/", views.SafetyCommittee.as_view(), name="safety_committee"),
    path("desk/competitions/safety/<int:pk>/end/", views.SafetyEnd.as_view(), name="safety_end"),
]
