"""Addresses of the visit_days wing."""

from django.urls import path

from programs.visit_days.views import (
    afterwards,
    closing,
    day,
    door,
    feedback,
    month,
    passes,
    photographs,
    unannounced,
)

BOOKING = "desk/bookings/<str:reference>/"
DOOR = "desk/centre/door/"

urlpatterns = [
    path("desk/centre/", day.centre_day, name="centre_day"),
    path("desk/centre/bookings/<str:reference>/", day.CheckIn.as_view(), name="booking_check_in"),
    path("desk/centre/bookings/<str:reference>/absent/", day.BookingAbsent.as_view(), name="booking_absent"),
    path(
        "desk/centre/bookings/<str:reference>/absent/undo/", day.BookingAbsentUndo.as_view(), name="booking_absent_undo"
    ),
    path("desk/centre/bookings/<str:reference>/dispute/", closing.SettleDispute.as_view(), name="dispute"),
    path("desk/centre/close/", closing.CloseDay.as_view(), name="day_close"),
    path("desk/centre/sessions/<int:pk>/close/", closing.CloseSession.as_view(), name="session_close"),
    path("desk/centre/sessions/<int:pk>/reopen/", closing.ReopenSession.as_view(), name="session_reopen"),
    path("desk/centre/sessions/<int:pk>/unannounced/", unannounced.LetIn.as_view(), name="session_unannounced"),
    path("desk/centre/marks/<int:pk>/", closing.DecideLateMark.as_view(), name="late_mark"),
    path(f"{BOOKING}pass/", passes.booking_pass, name="booking_pass"),
    path(f"{BOOKING}pass.pdf", passes.booking_pass_pdf, name="booking_pass_pdf"),
    path("pass/<str:code>/", passes.pass_open, name="pass_open"),
    path(DOOR, door.door, name="door"),
    path(f"{DOOR}worker.js", door.door_worker, name="door_worker"),
    path(f"{DOOR}app.webmanifest", door.door_manifest, name="door_manifest"),
    path(f"{DOOR}list/", door.door_list, name="door_list"),
    path(f"{DOOR}marks/", door.door_marks, name="door_marks"),
    path(f"{BOOKING}teacher/", afterwards.NameTeacher.as_view(), name="booking_teacher"),
    path(f"{BOOKING}feedback/", feedback.GiveFeedback.as_view(), name="booking_feedback"),
    path(f"{BOOKING}photographs/", photographs.BookingPhotographs.as_view(), name="booking_photographs"),
    path("desk/photographs/<int:pk>/remove/", photographs.RemovePhotograph.as_view(), name="photograph_remove"),
    path("files/photographs/<int:pk>/", photographs.photograph, name="photograph"),
    path("files/photographs/<int:pk>/preview/", photographs.photograph_preview, name="photograph_preview"),
    path("desk/centre/month/", month.centre_month_page, name="centre_month"),
    path("desk/centre/month/groups/", month.month_rows, name="month_rows"),
    path("desk/centre/month.xlsx", month.month_xlsx, name="month_xlsx"),
]
