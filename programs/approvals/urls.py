"""Addresses of the approvals wing."""

from django.urls import path

from programs.approvals.views import confirming, papers
from programs.authorities.choices import ApprovalKind
from programs.bookings.urls import BOOKING

urlpatterns = [
    path(f"{BOOKING}confirm/", confirming.ConfirmBooking.as_view(), name="booking_confirm"),
    path(f"{BOOKING}group/", papers.ResizeGroup.as_view(), name="booking_resize"),
    path(f"{BOOKING}papers/<str:kind>/", papers.HandInPaper.as_view(), name="booking_paper"),
    path(f"{BOOKING}papers-of/<str:source>/", papers.TakePapers.as_view(), name="booking_papers_of"),
    path(f"{BOOKING}ask-again/", papers.AskAgain.as_view(), name="booking_ask_again"),
    path("files/papers/<int:pk>/", papers.paper_file, name="paper_file"),
    *(
        path(
            f"desk/approvals/<int:pk>/{kind}/", papers.DecideApproval.as_view(), {"kind": kind}, name=f"approval_{kind}"
        )
        for kind in ApprovalKind.values
    ),
]
