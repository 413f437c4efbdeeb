"""Addresses of the activities wing."""

from django.urls import path

from programs.activities import views

urlpatterns = [
    path("desk/activities/", views.activity_list, name="activity_list"),
    path("desk/activities/report/", views.ActivityReport.as_view(), name="activity_report"),
    path("desk/activities/<int:pk>/", views.activity_detail, name="activity_detail"),
    path("desk/activities/<int:pk>/correct/", views.ActivityCorrect.as_view(), name="activity_correct"),
    path("desk/activities/<int:pk>/withdraw/", views.ActivityWithdraw.as_view(), name="activity_withdraw"),
]
