"""Addresses of the rosters wing."""

from django.urls import path

from programs.rosters.views import asked, rosters

urlpatterns = [
    path("desk/schools/<str:code>/rosters/", rosters.roster_list, name="roster_list"),
    path("desk/schools/<str:code>/rosters/new/", rosters.roster_new, name="roster_new"),
    path("desk/schools/<str:code>/rosters/asked/", asked.roster_asked, name="roster_asked"),
    path("desk/rosters/<str:reference>/", rosters.roster_detail, name="roster_detail"),
    path("desk/rosters/<str:reference>/columns/", rosters.roster_map, name="roster_map"),
    path("desk/rosters/<str:reference>/decide/", rosters.roster_decide, name="roster_decide"),
    path("desk/rosters/<str:reference>/import/", rosters.roster_apply, name="roster_apply"),
    path("desk/rosters/<str:reference>/drop/", rosters.roster_drop, name="roster_drop"),
    path("desk/rosters/<str:reference>/again/", rosters.roster_check, name="roster_check"),
    path("desk/rosters/<str:reference>/go-on/", rosters.roster_restart, name="roster_restart"),
    path("desk/rosters/<str:reference>/left-out.xlsx", rosters.roster_left_out, name="roster_left_out"),
    path("desk/rosters/<str:reference>/missing/", asked.roster_missing, name="roster_missing"),
]
