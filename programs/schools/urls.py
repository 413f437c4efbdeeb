"""Addresses of the schools wing."""

from django.urls import path

from programs.schools.views import claims, classes, public, staff

urlpatterns = [
    path("schools/", public.school_list, name="school_list"),
    path("schools/<str:code>/claim/", public.school_claim, name="school_claim"),
    path("claims/<str:token>/", public.claim_status, name="claim_status"),
    path("desk/claims/", claims.claim_queue, name="claim_queue"),
    path("desk/claims/<int:pk>/", claims.claim_detail, name="claim_detail"),
    path("desk/claims/<int:pk>/verify/", claims.claim_verify, name="claim_verify"),
    path("desk/claims/<int:pk>/return/", claims.claim_return, name="claim_return"),
    path("desk/claims/<int:pk>/refuse/", claims.claim_refuse, name="claim_refuse"),
    path("desk/schools/<str:code>/", staff.school_detail, name="school_detail"),
    path("desk/schools/<str:code>/invite/", staff.staff_invite, name="staff_invite"),
    path("desk/invitations/<int:pk>/withdraw/", staff.invitation_withdraw, name="invitation_withdraw"),
    path("desk/memberships/<int:pk>/end/", staff.membership_end, name="membership_end"),
    path("invitations/<str:token>/", public.invitation_accept, name="invitation_accept"),
    path("desk/classes/<int:pk>/", classes.class_detail, name="class_detail"),
]
