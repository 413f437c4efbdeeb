"""What each role sees and does with figures and reports, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Reach, Role, does, sees

READERS = (
    Role.COORDINATOR,
    Role.PRINCIPAL,
    Role.WARD_OFFICER,
    Role.DEPARTMENT_OFFICER,
    Role.STEERING,
)
OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER, Role.STEERING)

PERMISSIONS = [
    sees(
        _("participation within their reach, down to the rows behind each figure, and as a spreadsheet"),
        READERS,
        "participation",
        "participation_rows",
        "participation_xlsx",
        "participation_rows_xlsx",
    ),
    sees(
        _("the reports of the terms; their rows are cut to the officer's reach"),
        OFFICERS,
        "report_list",
        "report_detail",
        "report_rows",
        "report_xlsx",
        reach=Reach.ALL,
    ),
    does(_("freeze the report of a term"), (Role.DEPARTMENT_OFFICER,), "report_freeze"),
]
