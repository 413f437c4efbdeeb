"""Addresses of the bookings wing."""

from django.urls import path

from programs.bookings.choices import ApprovalKind
from programs.bookings.views import bookings, changes, exceptions, papers, schedule, sessions, waiting

BOOKING = "desk/bookings/<str:reference>/"
CENTRE = "desk/centres/<str:code>/"
SESSION = "desk/sessions/<int:pk>/"
SERIES = "desk/series/<int:pk>/"

urlpatterns = [
    path("sessions/<int:pk>/", sessions.session_detail, name="session_detail"),
    path("sessions/<int:pk>/book/", sessions.session_book, name="session_book"),
    path("desk/bookings/", bookings.booking_list, name="booking_list"),
    path(BOOKING, bookings.booking_detail, name="booking_detail"),
    path(f"{BOOKING}cancel/", bookings.booking_cancel, name="booking_cancel"),
    path(f"{BOOKING}confirm/", bookings.booking_confirm, name="booking_confirm"),
    path(f"{BOOKING}group/", papers.booking_resize, name="booking_resize"),
    path(f"{BOOKING}needs/", bookings.BookingNeeds.as_view(), name="booking_needs"),
    path(f"{BOOKING}papers/<str:kind>/", papers.booking_paper, name="booking_paper"),
    path(f"{BOOKING}answer/", waiting.booking_answer, name="booking_answer"),
    path(f"{BOOKING}exception/", exceptions.booking_exception, name="booking_exception"),
    *(
        path(f"desk/approvals/<int:pk>/{kind}/", papers.approval_decide, {"kind": kind}, name=f"approval_{kind}")
        for kind in ApprovalKind.values
    ),
    path("files/papers/<int:pk>/", papers.paper_file, name="paper_file"),
    path("waiting/<str:token>/", waiting.waiting_answer, name="waiting_answer"),
    path(f"{BOOKING}participants/", bookings.booking_roster, name="booking_roster"),
    path(f"{BOOKING}calendar.ics", bookings.booking_calendar, name="booking_calendar"),
    path(f"{CENTRE}schedule/", schedule.centre_schedule, name="centre_schedule"),
    path(SESSION, changes.session_plan, name="session_plan"),
    path(f"{SESSION}move/", changes.session_move, name="session_move"),
    path(f"{SESSION}copy/", changes.session_copy, name="session_copy"),
    path(f"{SESSION}places/", changes.session_capacity, name="session_capacity"),
    path(f"{SESSION}cancel/", changes.session_cancel, name="session_cancel"),
    path(f"{SERIES}cancel/", changes.series_cancel, name="series_cancel"),
]
