"""Addresses of the participation wing."""

from django.urls import path

from programs.participation.views import participation

urlpatterns = [
    path("desk/reports/participation/", participation.participation, name="participation"),
    path("desk/reports/participation.xlsx", participation.participation_xlsx, name="participation_xlsx"),
    path("desk/reports/participation/remind/", participation.Remind.as_view(), name="participation_remind"),
    path("desk/reports/participation/rows/", participation.participation_rows, name="participation_rows"),
    path("desk/reports/participation/rows.xlsx", participation.participation_rows_xlsx, name="participation_rows_xlsx"),
]
