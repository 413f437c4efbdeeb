"""Addresses of the activities wing."""

from django.urls import path

from programs.activities import views

urlpatterns = [
    path("desk/activities/", views.activity_list, name="activity_list"),
    path("desk/activities/report/", views.ActivityReport.as_view(), name="activity_report"),
    path("desk/activities/own/", views.own_list, name="own_list"),
    path("desk/activities/own/report/", views.OwnReport.as_view(), name="own_report"),
    path("desk/activities/own/<int:pk>/", views.own_detail, name="own_detail"),
    path("desk/activities/own/<int:pk>/correct/", views.OwnCorrect.as_view(), name="own_correct"),
    path("desk/activities/own/<int:pk>/withdraw/", views.OwnWithdraw.as_view(), name="own_withdraw"),
    path("desk/activities/<int:pk>/", views.activity_detail, name="activity_detail"),
    path("desk/activities/<int:pk>/correct/", views.ActivityCorrect.as_view(), name="activity_correct"),
    path("desk/activities/<int:pk>/withdraw/", views.ActivityWithdraw.as_view(), name="activity_withdraw"),
]
