"""Addresses of the schools wing."""

from django.urls import path

from programs.schools.views import lists, register, staff, states

urlpatterns = [
    path("schools/", register.school_list, name="school_list"),
    path("desk/schools/", register.school_register, name="school_register"),
    path("desk/schools.xlsx", register.school_register_xlsx, name="school_register_xlsx"),
    path("desk/schools/<str:code>/rename/", states.RenameSchool.as_view(), name="school_rename"),
    path("desk/schools/<str:code>/code/", states.ChangeCode.as_view(), name="school_recode"),
    path("desk/schools/<str:code>/suspend/", states.SuspendSchool.as_view(), name="school_suspend"),
    path("desk/schools/<str:code>/resume/", states.ResumeSchool.as_view(), name="school_resume"),
    path("desk/schools/<str:code>/close/", states.CloseSchool.as_view(), name="school_close"),
    path("desk/schools/<str:code>/coordinator/", staff.HandOver.as_view(), name="coordinator_hand_over"),
    path(
        "desk/schools/<str:code>/coordinator/replace/", staff.ReplaceCoordinator.as_view(), name="coordinator_replace"
    ),
    path("desk/schools/<str:code>/invite-many/", staff.InviteMany.as_view(), name="staff_invite_many"),
    path("desk/memberships/<int:pk>/role/", staff.ChangeRole.as_view(), name="membership_role"),
    path("desk/school-lists/", lists.UploadList.as_view(), name="school_list_imports"),
    path("desk/school-lists/<str:reference>/", lists.school_list_detail, name="school_list_detail"),
    path("desk/school-lists/<str:reference>/columns/", lists.MatchColumns.as_view(), name="school_list_columns"),
    path("desk/school-lists/<str:reference>/apply/", lists.ApplyList.as_view(), name="school_list_apply"),
    path("desk/school-lists/<str:reference>/drop/", lists.DropList.as_view(), name="school_list_drop"),
    path("desk/schools/<str:code>/", staff.school_detail, name="school_detail"),
    path("desk/schools/<str:code>/invite/", staff.InviteStaff.as_view(), name="staff_invite"),
    path("desk/invitations/<int:pk>/withdraw/", staff.WithdrawInvitation.as_view(), name="invitation_withdraw"),
    path("desk/memberships/<int:pk>/end/", staff.EndMembership.as_view(), name="membership_end"),
    path("invitations/<str:token>/", staff.AcceptInvitation.as_view(), name="invitation_accept"),
]
