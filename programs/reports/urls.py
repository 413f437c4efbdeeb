"""Addresses of the reports wing."""

from django.urls import path

from programs.reports.views import participation, reports

urlpatterns = [
    path("desk/reports/", reports.report_list, name="report_list"),
    path("desk/reports/participation/", participation.participation, name="participation"),
    path("desk/reports/participation.xlsx", participation.participation_xlsx, name="participation_xlsx"),
    path("desk/reports/participation/rows/", participation.participation_rows, name="participation_rows"),
    path("desk/reports/participation/rows.xlsx", participation.participation_rows_xlsx, name="participation_rows_xlsx"),
    path("desk/reports/terms/<int:pk>/freeze/", reports.report_freeze, name="report_freeze"),
    path("desk/reports/<int:pk>/", reports.report_detail, name="report_detail"),
    path("desk/reports/<int:pk>/schools/", reports.report_rows, name="report_rows"),
    path("desk/reports/<int:pk>.xlsx", reports.report_xlsx, name="report_xlsx"),
]
