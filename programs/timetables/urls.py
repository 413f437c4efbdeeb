"""Addresses of the timetables wing."""

from django.urls import path

from programs.timetables.views import schedule, series

CENTRE = "desk/centres/<str:code>/"
SESSION = "desk/sessions/<int:pk>/"
SERIES = "desk/series/<int:pk>/"

urlpatterns = [
    path(f"{CENTRE}schedule/", schedule.centre_schedule, name="centre_schedule"),
    path(f"{CENTRE}week/", schedule.centre_week, name="centre_week"),
    path(SESSION, schedule.session_plan, name="session_plan"),
    path(f"{SESSION}move/", schedule.MoveSession.as_view(), name="session_move"),
    path(f"{SESSION}copy/", schedule.CopySession.as_view(), name="session_copy"),
    path(f"{SESSION}places/", schedule.ChangeCapacity.as_view(), name="session_capacity"),
    path(f"{SESSION}cancel/", schedule.CancelSession.as_view(), name="session_cancel"),
    path(f"{SERIES}cancel/", schedule.CancelSeries.as_view(), name="series_cancel"),
    path(f"{SERIES}change/", series.ChangeSeries.as_view(), name="series_change"),
    path(f"{SERIES}rules/", series.ChangeSeriesTerms.as_view(), name="series_terms"),
    path(f"{SESSION}swap/", series.SwapRooms.as_view(), name="session_swap"),
    path(f"{SESSION}rules/", series.ChangeTerms.as_view(), name="session_terms"),
]
