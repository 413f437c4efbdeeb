"""Addresses of the ballots wing."""

from django.urls import path

from programs.ballots.views import entries, public, running

BALLOT = "ballots/<str:reference>/"
ENTRY = "desk/entries/<int:pk>/"
RUN = "desk/ballots/<str:reference>/"

urlpatterns = [
    path("ballots/repeat_draw.py", public.ballot_script, name="ballot_script"),
    path(BALLOT, public.ballot_detail, name="ballot_detail"),
    path(f"{BALLOT}list.json", public.ballot_list_json, name="ballot_list_json"),
    path(f"{BALLOT}list.csv", public.ballot_list_csv, name="ballot_list_csv"),
    path(f"{BALLOT}result.csv", public.ballot_result_csv, name="ballot_result_csv"),
    path("sessions/<int:pk>/enter/", entries.EnterBallot.as_view(), name="session_enter"),
    path("desk/entries/", entries.entry_list, name="entry_list"),
    path(ENTRY, entries.entry_detail, name="entry_detail"),
    path(f"{ENTRY}change/", entries.ChangeEntry.as_view(), name="entry_edit"),
    path(f"{ENTRY}withdraw/", entries.WithdrawEntry.as_view(), name="entry_withdraw"),
    path("desk/ballots/", running.ballot_list, name="ballot_list"),
    path("desk/ballots/new/", running.OpenBallot.as_view(), name="ballot_new"),
    path(RUN, running.ballot_run, name="ballot_run"),
    path(f"{RUN}close/", running.CloseBallot.as_view(), name="ballot_close"),
    path(f"{RUN}digits/", running.EnterDigits.as_view(), name="ballot_digits"),
    path(f"{RUN}draw/", running.DrawBallot.as_view(), name="ballot_draw"),
    path(f"{RUN}send/", running.SendResults.as_view(), name="ballot_send"),
    path(f"{RUN}sessions/<int:pk>/cancel/", running.TakeOutSession.as_view(), name="ballot_session_cancel"),
]
