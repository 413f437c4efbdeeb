"""Addresses of files on their way."""

from django.urls import path

from programs.uploads.views import pages, tus

urlpatterns = [
    path("files/uploads/", pages.UploadList.as_view(), name="upload_list"),
    path("files/uploads/unfinished/", pages.unfinished, name="upload_unfinished"),
    path("files/uploads/for/<str:purpose>/<int:pk>/", pages.SendFile.as_view(), name="upload_send"),
    path("files/uploads/<int:pk>", tus.UploadDetail.as_view(), name="upload_detail"),
    path("files/uploads/<int:pk>/drop/", pages.DropUpload.as_view(), name="upload_drop"),
]
