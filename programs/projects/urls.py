"""Addresses of the projects wing."""

from django.urls import path

from programs.projects import views

urlpatterns = [
    path("competitions/", views.competition_list, name="competition_list"),
    path("competitions/<slug:slug>/", views.competition_detail, name="competition_detail"),
    path("competitions/<slug:slug>/enter/", views.ProjectNew.as_view(), name="project_new"),
    path("desk/projects/", views.project_list, name="project_list"),
    path("desk/projects/<str:reference>/", views.project_detail, name="project_detail"),
    path("desk/projects/<str:reference>/edit/", views.ProjectEdit.as_view(), name="project_edit"),
    path("desk/projects/<str:reference>/files/<str:kind>/", views.ProjectAttach.as_view(), name="project_attach"),
    path("desk/projects/<str:reference>/submit/", views.ProjectSubmit.as_view(), name="project_submit"),
    path("desk/projects/<str:reference>/withdraw/", views.ProjectWithdraw.as_view(), name="project_withdraw"),
    path("desk/projects/<str:reference>/endorse/", views.ProjectEndorse.as_view(), name="project_endorse"),
    path("desk/projects/<str:reference>/return/", views.ProjectReturn.as_view(), name="project_return"),
    path("files/projects/<int:pk>/", views.project_file, name="project_file"),
    path("files/projects/<int:pk>/preview/", views.project_image, name="project_image"),
]
