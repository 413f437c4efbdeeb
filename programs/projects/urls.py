"""Addresses of the projects wing."""

from django.urls import path

from programs.projects.views import competitions, decisions, files, projects

urlpatterns = [
    path("competitions/", competitions.competition_list, name="competition_list"),
    path("competitions/<slug:slug>/", competitions.competition_detail, name="competition_detail"),
    path("competitions/<slug:slug>/enter/", projects.project_new, name="project_new"),
    path("desk/projects/", projects.project_list, name="project_list"),
    path("desk/projects/<str:reference>/", projects.project_detail, name="project_detail"),
    path("desk/projects/<str:reference>/edit/", projects.project_edit, name="project_edit"),
    path("desk/projects/<str:reference>/files/<str:kind>/", files.project_attach, name="project_attach"),
    path("desk/projects/<str:reference>/submit/", decisions.project_submit, name="project_submit"),
    path("desk/projects/<str:reference>/withdraw/", decisions.project_withdraw, name="project_withdraw"),
    path("desk/projects/<str:reference>/endorse/", decisions.project_endorse, name="project_endorse"),
    path("desk/projects/<str:reference>/return/", decisions.project_return, name="project_return"),
    path("files/projects/<int:pk>/", files.project_file, name="project_file"),
    path("files/projects/<int:pk>/preview/", files.project_image, name="project_image"),
]
