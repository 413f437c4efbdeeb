"""Addresses of planning and finding sessions."""

from django.urls import path

from programs.visits.views import changes, finding, furnish, schedule

CENTRE = "desk/centres/<str:code>/"
SESSION = "desk/sessions/<int:pk>/"
SERIES = "desk/series/<int:pk>/"

urlpatterns = [
    path("sessions/", finding.session_search, name="session_search"),
    path("desk/centres/", schedule.centre_list, name="centre_list"),
    path(f"{CENTRE}schedule/", schedule.centre_schedule, name="centre_schedule"),
    path(f"{CENTRE}sessions/new/", schedule.session_new, name="session_new"),
    path(f"{CENTRE}series/new/", schedule.series_new, name="series_new"),
    path(f"{CENTRE}settings/", furnish.centre_settings, name="centre_settings"),
    path(f"{CENTRE}hours/", furnish.centre_hours, name="centre_hours"),
    path(f"{CENTRE}closed-days/new/", furnish.closed_days_new, name="closed_days_new"),
    path(f"{CENTRE}rooms/new/", furnish.room_new, name="room_new"),
    path("desk/closed-days/<int:pk>/open/", furnish.closed_days_remove, name="closed_days_remove"),
    path("desk/rooms/<int:pk>/", furnish.room_edit, name="room_edit"),
    path(SESSION, schedule.session_plan, name="session_plan"),
    path(f"{SESSION}move/", changes.session_move, name="session_move"),
    path(f"{SESSION}copy/", changes.session_copy, name="session_copy"),
    path(f"{SESSION}places/", changes.session_capacity, name="session_capacity"),
    path(f"{SESSION}cancel/", changes.session_cancel, name="session_cancel"),
    path(SERIES, schedule.series_detail, name="series_detail"),
    path(f"{SERIES}cancel/", changes.series_cancel, name="series_cancel"),
    path("desk/seasons/", furnish.season_list, name="season_list"),
    path("desk/seasons/new/", furnish.season_new, name="season_new"),
    path("desk/seasons/<int:pk>/", furnish.season_edit, name="season_edit"),
]
