"""Addresses of the centres wing."""

from django.urls import path

from programs.centres.views import finding, schedule, settings

CENTRE = "desk/centres/<str:code>/"
SERIES = "desk/series/<int:pk>/"

urlpatterns = [
    path("sessions/", finding.session_search, name="session_search"),
    path("desk/centres/", schedule.centre_list, name="centre_list"),
    path(f"{CENTRE}sessions/new/", schedule.NewSession.as_view(), name="session_new"),
    path(f"{CENTRE}series/new/", schedule.NewSeries.as_view(), name="series_new"),
    path(f"{CENTRE}settings/", settings.centre_settings, name="centre_settings"),
    path(f"{CENTRE}hours/", settings.SetHours.as_view(), name="centre_hours"),
    path(f"{CENTRE}closed-days/new/", settings.CloseDays.as_view(), name="closed_days_new"),
    path(f"{CENTRE}rooms/new/", settings.AddRoom.as_view(), name="room_new"),
    path("desk/closed-days/<int:pk>/open/", settings.OpenDays.as_view(), name="closed_days_remove"),
    path("desk/rooms/<int:pk>/", settings.ChangeRoom.as_view(), name="room_edit"),
    path(SERIES, schedule.series_detail, name="series_detail"),
    path("desk/seasons/", settings.season_list, name="season_list"),
    path("desk/seasons/new/", settings.AddSeason.as_view(), name="season_new"),
    path("desk/seasons/<int:pk>/", settings.ChangeSeason.as_view(), name="season_edit"),
]
