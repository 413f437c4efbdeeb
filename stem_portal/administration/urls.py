"""Addresses for administrators."""

from django.urls import path

from stem_portal.administration import views

urlpatterns = [
    path("desk/roles/", views.role_list, name="role_list"),
    path("desk/roles.xlsx", views.role_review_xlsx, name="role_review_xlsx"),
    path("desk/roles/<slug:role>/", views.role_detail, name="role_detail"),
    path("desk/people/<int:pk>/roles/", views.person_roles, name="person_roles"),
    path("desk/people/<int:pk>/view-as/", views.ViewAsStart.as_view(), name="view_as_start"),
    path("desk/view-as/end/", views.view_as_end, name="view_as_end"),
]
