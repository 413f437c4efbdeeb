"""Addresses of the schools wing."""

from django.urls import path

from programs.schools.views import claims, lists, register, staff, states
from programs.schools.views import claims as claim_views
from programs.schools.views import staff as staff_views

urlpatterns = [
    path("schools/", claim_views.school_list, name="school_list"),
    path("schools/<str:code>/claim/", claim_views.school_claim, name="school_claim"),
    path("claims/<str:token>/", claim_views.claim_status, name="claim_status"),
    path("desk/claims/", claims.claim_queue, name="claim_queue"),
    path("desk/claims/<int:pk>/", claims.claim_detail, name="claim_detail"),
    path("desk/claims/<int:pk>/verify/", claims.claim_verify, name="claim_verify"),
    path("desk/claims/<int:pk>/return/", claims.claim_return, name="claim_return"),
    path("desk/claims/<int:pk>/refuse/", claims.claim_refuse, name="claim_refuse"),
    path("desk/schools/", register.school_register, name="school_register"),
    path("desk/schools.xlsx", register.school_register_xlsx, name="school_register_xlsx"),
    path("desk/schools/<str:code>/rename/", states.school_rename, name="school_rename"),
    path("desk/schools/<str:code>/code/", states.school_recode, name="school_recode"),
    path("desk/schools/<str:code>/suspend/", states.school_suspend, name="school_suspend"),
    path("desk/schools/<str:code>/resume/", states.school_resume, name="school_resume"),
    path("desk/schools/<str:code>/close/", states.school_close, name="school_close"),
    path("desk/schools/<str:code>/coordinator/", staff_views.coordinator_hand_over, name="coordinator_hand_over"),
    path("desk/schools/<str:code>/coordinator/replace/", staff_views.coordinator_replace, name="coordinator_replace"),
    path("desk/schools/<str:code>/invite-many/", staff_views.staff_invite_many, name="staff_invite_many"),
    path("desk/memberships/<int:pk>/role/", staff_views.membership_role, name="membership_role"),
    path("desk/school-lists/", lists.school_list_imports, name="school_list_imports"),
    path("desk/school-lists/<str:reference>/", lists.school_list_detail, name="school_list_detail"),
    path("desk/school-lists/<str:reference>/columns/", lists.school_list_columns, name="school_list_columns"),
    path("desk/school-lists/<str:reference>/apply/", lists.school_list_apply, name="school_list_apply"),
    path("desk/school-lists/<str:reference>/drop/", lists.school_list_drop, name="school_list_drop"),
    path("desk/schools/<str:code>/", staff.school_detail, name="school_detail"),
    path("desk/schools/<str:code>/invite/", staff.staff_invite, name="staff_invite"),
    path("desk/invitations/<int:pk>/withdraw/", staff.invitation_withdraw, name="invitation_withdraw"),
    path("desk/memberships/<int:pk>/end/", staff.membership_end, name="membership_end"),
    path("invitations/<str:token>/", staff_views.invitation_accept, name="invitation_accept"),
]
