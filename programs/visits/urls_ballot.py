"""Addresses of the ballot."""

from django.urls import path

from programs.visits.views import ballot

BALLOT = "ballots/<str:reference>/"
RUN = "desk/ballots/<str:reference>/"
ENTRY = "desk/entries/<int:pk>/"

urlpatterns = [
    path("ballots/repeat_draw.py", ballot.ballot_script, name="ballot_script"),
    path(BALLOT, ballot.ballot_detail, name="ballot_detail"),
    path(f"{BALLOT}list.json", ballot.ballot_list_json, name="ballot_list_json"),
    path(f"{BALLOT}list.csv", ballot.ballot_list_csv, name="ballot_list_csv"),
    path(f"{BALLOT}result.csv", ballot.ballot_result_csv, name="ballot_result_csv"),
    path("sessions/<int:pk>/enter/", ballot.session_enter, name="session_enter"),
    path("desk/entries/", ballot.entry_list, name="entry_list"),
    path(ENTRY, ballot.entry_detail, name="entry_detail"),
    path(f"{ENTRY}change/", ballot.entry_edit, name="entry_edit"),
    path(f"{ENTRY}withdraw/", ballot.entry_withdraw, name="entry_withdraw"),
    path("desk/ballots/", ballot.ballot_list, name="ballot_list"),
    path("desk/ballots/new/", ballot.ballot_new, name="ballot_new"),
    path(RUN, ballot.ballot_run, name="ballot_run"),
    path(f"{RUN}close/", ballot.ballot_close, name="ballot_close"),
    path(f"{RUN}draw/", ballot.ballot_draw, name="ballot_draw"),
    path(f"{RUN}send/", ballot.ballot_send, name="ballot_send"),
]
