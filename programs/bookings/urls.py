"""Addresses of the bookings wing."""

from django.urls import path

from programs.bookings.views import bookings, sessions, waiting

BOOKING = "desk/bookings/<str:reference>/"
CENTRE = "desk/centres/<str:code>/"
SESSION = "desk/sessions/<int:pk>/"
SERIES = "desk/series/<int:pk>/"

urlpatterns = [
    path("sessions/<int:pk>/", sessions.session_detail, name="session_detail"),
    path("sessions/<int:pk>/book/", sessions.BookSession.as_view(), name="session_book"),
    path("desk/bookings/", bookings.booking_list, name="booking_list"),
    path(BOOKING, bookings.booking_detail, name="booking_detail"),
    path(f"{BOOKING}cancel/", bookings.CancelBooking.as_view(), name="booking_cancel"),
    path(f"{BOOKING}needs/", bookings.BookingNeeds.as_view(), name="booking_needs"),
    path(f"{BOOKING}answer/", waiting.AnswerOffer.as_view(), name="booking_answer"),
    path(f"{BOOKING}exception/", waiting.BookingException.as_view(), name="booking_exception"),
    path("waiting/<str:token>/", waiting.AnswerByLink.as_view(), name="waiting_answer"),
    path(f"{BOOKING}participants/", bookings.NameParticipants.as_view(), name="booking_roster"),
    path(f"{BOOKING}calendar.ics", bookings.booking_calendar, name="booking_calendar"),
]
