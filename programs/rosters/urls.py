"""Addresses of the rosters wing."""

from django.urls import path

from programs.rosters.views import asked, rosters, sending

urlpatterns = [
    path("desk/schools/<str:code>/rosters/", rosters.roster_list, name="roster_list"),
    path("desk/schools/<str:code>/rosters/new/", sending.RosterNew.as_view(), name="roster_new"),
    path("desk/schools/<str:code>/rosters/asked/", asked.roster_asked, name="roster_asked"),
    path("desk/rosters/<str:reference>/", rosters.roster_detail, name="roster_detail"),
    path("desk/rosters/<str:reference>/columns/", sending.RosterMap.as_view(), name="roster_map"),
    path("desk/rosters/<str:reference>/decide/", rosters.RosterDecide.as_view(), name="roster_decide"),
    path("desk/rosters/<str:reference>/import/", rosters.RosterApply.as_view(), name="roster_apply"),
    path("desk/rosters/<str:reference>/drop/", rosters.RosterDrop.as_view(), name="roster_drop"),
    path("desk/rosters/<str:reference>/again/", rosters.RosterCheck.as_view(), name="roster_check"),
    path("desk/rosters/<str:reference>/go-on/", rosters.RosterRestart.as_view(), name="roster_restart"),
    path("desk/rosters/<str:reference>/left-out.xlsx", rosters.roster_left_out, name="roster_left_out"),
    path("desk/rosters/<str:reference>/missing/", asked.roster_missing, name="roster_missing"),
]
