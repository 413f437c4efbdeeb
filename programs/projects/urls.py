"""Addresses of the projects wing."""

from django.urls import path

from programs.projects.views import organiser, projects, receipts, team

urlpatterns = [
    path("competitions/", projects.competition_list, name="competition_list"),
    path("competitions/<slug:slug>/", projects.competition_detail, name="competition_detail"),
    path("competitions/<slug:slug>/enter/", projects.ProjectNew.as_view(), name="project_new"),
    path("desk/projects/", projects.project_list, name="project_list"),
    path("desk/projects/join/", team.TeamJoin.as_view(), name="team_join"),
    path("desk/projects/invitations/<int:pk>/", team.TeamAccept.as_view(), name="team_accept"),
    path("desk/projects/invitations/<int:pk>/decline/", team.TeamDecline.as_view(), name="team_decline"),
    path("desk/projects/invitations/<int:pk>/take-back/", team.TeamTakeBack.as_view(), name="team_take_back"),
    path("desk/projects/<str:reference>/team/", team.ProjectTeam.as_view(), name="project_team"),
    path("desk/projects/<str:reference>/team/code/", team.TeamCode.as_view(), name="team_code"),
    path("desk/projects/<str:reference>/team/leave/", team.TeamLeave.as_view(), name="team_leave"),
    path("desk/projects/<str:reference>/", projects.project_detail, name="project_detail"),
    path("desk/projects/<str:reference>/edit/", projects.ProjectEdit.as_view(), name="project_edit"),
    path("desk/projects/<str:reference>/draft/<slug:name>/", projects.ProjectField.as_view(), name="project_field"),
    path("desk/projects/<str:reference>/reopen/", organiser.ProjectReopen.as_view(), name="project_reopen"),
    path("desk/projects/<str:reference>/receipt/", receipts.project_receipt, name="project_receipt"),
    path("desk/projects/<str:reference>/receipt.pdf", receipts.project_receipt_pdf, name="project_receipt_pdf"),
    path("desk/projects/<str:reference>/submit/", projects.ProjectSubmit.as_view(), name="project_submit"),
    path("desk/projects/<str:reference>/withdraw/", projects.ProjectWithdraw.as_view(), name="project_withdraw"),
    path("desk/projects/<str:reference>/keep/", projects.ProjectKeep.as_view(), name="project_keep"),
    path("desk/projects/<str:reference>/take-out/", organiser.ProjectTakeOut.as_view(), name="project_take_out"),
]
