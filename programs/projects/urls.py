"""Addresses of the projects wing."""

from django.urls import path

from programs.projects import views

urlpatterns = [
    path("competitions/", views.competition_list, name="competition_list"),
    path("competitions/<slug:slug>/", views.competition_detail, name="competition_detail"),
    path("competitions/<slug:slug>/enter/", views.project_new, name="project_new"),
    path("desk/projects/", views.project_list, name="project_list"),
    path("desk/projects/<str:reference>/", views.project_detail, name="project_detail"),
    path("desk/projects/<str:reference>/edit/", views.project_edit, name="project_edit"),
    path("desk/projects/<str:reference>/files/<str:kind>/", views.project_attach, name="project_attach"),
    path("desk/projects/<str:reference>/submit/", views.project_submit, name="project_submit"),
    path("desk/projects/<str:reference>/withdraw/", views.project_withdraw, name="project_withdraw"),
    path("desk/projects/<str:reference>/endorse/", views.project_endorse, name="project_endorse"),
    path("desk/projects/<str:reference>/return/", views.project_return, name="project_return"),
    path("files/projects/<int:pk>/", views.project_file, name="project_file"),
    path("files/projects/<int:pk>/preview/", views.project_image, name="project_image"),
]
