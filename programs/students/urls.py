"""Addresses of the students wing."""

from django.urls import path

from programs.students import views

urlpatterns = [
    path("students/sign-up/", views.StudentSignUp.as_view(), name="student_sign_up"),
    path("students/sign-up/<str:token>/", views.StudentJoin.as_view(), name="student_join"),
    path("desk/studies/", views.StudentStudies.as_view(), name="student_studies"),
]
