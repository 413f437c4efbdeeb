"""Addresses for administrators."""

from django.urls import path

from stem_portal.administration import account_views, calendar_views, log_views, views

urlpatterns = [
    path("desk/roles/", views.role_list, name="role_list"),
    path("desk/roles.xlsx", views.role_review_xlsx, name="role_review_xlsx"),
    path("desk/roles/<slug:role>/", views.role_detail, name="role_detail"),
    path("desk/people/<int:pk>/roles/", views.person_roles, name="person_roles"),
    path("desk/people/<int:pk>/view-as/", views.ViewAsStart.as_view(), name="view_as_start"),
    path("desk/people/<int:pk>/close/", account_views.CloseAccount.as_view(), name="account_close"),
    path("desk/people/<int:pk>/reopen/", account_views.ReopenAccount.as_view(), name="account_reopen"),
    path("desk/people/<int:pk>/address/", account_views.ChangeAddress.as_view(), name="account_address"),
    path("desk/people/<int:pk>/administrator/", account_views.MakeAdministrator.as_view(), name="administrator_make"),
    path(
        "desk/people/<int:pk>/administrator/end/",
        account_views.UnmakeAdministrator.as_view(),
        name="administrator_unmake",
    ),
    path("desk/people/<int:pk>/office/", account_views.AppointOfficer.as_view(), name="officer_appoint"),
    path("desk/offices/<int:pk>/end/", account_views.RemoveOfficer.as_view(), name="officer_remove"),
    path("desk/calendar/", calendar_views.calendar_page, name="calendar_page"),
    path("desk/calendar/days-off/add/", calendar_views.AddHoliday.as_view(), name="holiday_add"),
    path("desk/calendar/days-off/<int:pk>/", calendar_views.ChangeHoliday.as_view(), name="holiday_change"),
    path("desk/calendar/days-off/<int:pk>/remove/", calendar_views.RemoveHoliday.as_view(), name="holiday_remove"),
    path("desk/calendar/years/add/", calendar_views.AddYear.as_view(), name="year_add"),
    path("desk/calendar/years/<int:pk>/", calendar_views.ChangeYear.as_view(), name="year_change"),
    path("desk/audit/", log_views.audit_log, name="audit_log"),
    path("desk/view-as/end/", views.view_as_end, name="view_as_end"),
]
