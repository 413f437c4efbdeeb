"""Addresses of the pupils wing."""

from django.urls import path

from programs.pupils import views

urlpatterns = [
    path("desk/schools/<str:code>/classes/add/", views.class_add, name="class_add"),
    path("desk/classes/<int:pk>/edit/", views.class_edit, name="class_edit"),
    path("desk/classes/<int:pk>/", views.class_detail, name="class_detail"),
    path("desk/schools/<str:code>/promotion/", views.promotion, name="promotion"),
    path("desk/schools/<str:code>/pupils/left/", views.pupils_leave, name="pupils_leave"),
    path("desk/pupils/<int:pk>/", views.pupil_detail, name="pupil_detail"),
    path("desk/pupils/<int:pk>/back/", views.pupil_return, name="pupil_return"),
    path("desk/pupils/<int:pk>/join/<int:other>/", views.pupil_merge, name="pupil_merge"),
]
