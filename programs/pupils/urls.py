"""Addresses of the pupils wing."""

from django.urls import path

from programs.pupils import views

urlpatterns = [
    path("desk/schools/<str:code>/classes/add/", views.ClassAdd.as_view(), name="class_add"),
    path("desk/classes/<int:pk>/edit/", views.ClassEdit.as_view(), name="class_edit"),
    path("desk/classes/<int:pk>/", views.class_detail, name="class_detail"),
    path("desk/schools/<str:code>/promotion/", views.Promotion.as_view(), name="promotion"),
    path("desk/schools/<str:code>/promotion/back/", views.PromotionBack.as_view(), name="promotion_back"),
    path("desk/schools/<str:code>/pupils/left/", views.PupilsLeave.as_view(), name="pupils_leave"),
    path("desk/pupils/<int:pk>/", views.pupil_detail, name="pupil_detail"),
    path("desk/pupils/<int:pk>/back/", views.PupilReturn.as_view(), name="pupil_return"),
    path("desk/pupils/joined/<int:pk>/part/", views.PartPupils.as_view(), name="pupil_part"),
    path("desk/pupils/<int:pk>/join/<int:other>/", views.PupilMerge.as_view(), name="pupil_merge"),
]
