"""Addresses of the reviews wing."""

from django.urls import path

from programs.reviews import views

urlpatterns = [
    path("desk/reports/", views.report_list, name="report_list"),
    path("desk/reports/terms/<int:pk>/freeze/", views.ReportFreeze.as_view(), name="report_freeze"),
    path("desk/reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("desk/reports/<int:pk>/schools/", views.report_rows, name="report_rows"),
    path("desk/reports/<int:pk>/differences/", views.report_differences, name="report_differences"),
    path("desk/reports/<int:pk>.xlsx", views.report_xlsx, name="report_xlsx"),
]
