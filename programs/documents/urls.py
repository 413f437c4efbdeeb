"""Addresses of the documents of projects."""

from django.urls import path

from programs.documents import views

PROJECT = "desk/projects/<str:reference>/documents/"

urlpatterns = [
    path(PROJECT, views.project_documents, name="project_documents"),
    path(f"{PROJECT}<slug:code>/", views.project_document, name="project_document"),
    path(f"{PROJECT}<slug:code>/answer/", views.DocumentAnswer.as_view(), name="document_answer"),
    path(f"{PROJECT}<slug:code>/link/", views.DocumentLink.as_view(), name="document_link"),
    path("files/projects/<int:pk>/", views.project_file, name="project_file"),
    path("files/projects/<int:pk>/preview/", views.project_image, name="project_image"),
    path("files/projects/<int:pk>/remove/", views.DocumentRemove.as_view(), name="document_remove"),
]
