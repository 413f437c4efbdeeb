"""Addresses of the visits wing."""

from django.urls import path

from programs.visits import urls_ballot, urls_day, urls_schedule
from programs.visits.choices import ApprovalKind
from programs.visits.views import bookings, centre, exceptions, papers, sessions, waiting

BOOKING = "desk/bookings/<str:reference>/"

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
    path("desk/centre/", centre.centre_day, name="centre_day"),
    path("desk/centre/bookings/<str:reference>/", centre.booking_check_in, name="booking_check_in"),
    path("desk/centre/sessions/<int:pk>/close/", centre.session_close, name="session_close"),
    *urls_ballot.urlpatterns,
    *urls_day.urlpatterns,
    *urls_schedule.urlpatterns,
]
