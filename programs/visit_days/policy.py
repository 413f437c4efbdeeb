"""Who may."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees

PERMISSIONS = [
    sees(
        _("photographs of visits in which everyone shown has agreed"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "booking_photographs",
        "photograph",
        "photograph_preview",
    ),
    does(
        _("add photographs of a visit they lead, are responsible for or host, and remove them"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "booking_photographs",
        "photograph_remove",
    ),
    sees(
        _("the centre's day: which groups come, and the names of those who take part"),
        (Role.CENTRE_STAFF,),
        "centre_day",
    ),
    does(_("check groups in, and close sessions"), (Role.CENTRE_STAFF,), "booking_check_in", "session_close"),
    sees(_("the pass of their group with its QR code"), SCHOOL_STAFF, "booking_pass", "booking_pass_pdf"),
    sees(
        _("what the QR code of a pass opens: nothing about the group, except for its school and its centre"),
        EVERYBODY,
        "pass_open",
        reach=Reach.ALL,
    ),
    sees(
        _("today's groups on a phone at the door, with names, who must not be photographed, and needs"),
        (Role.CENTRE_STAFF,),
        "door",
        "door_list",
    ),
    sees(
        _("the program for the check-in page at the door, which contains no one's data"),
        EVERYBODY,
        "door_worker",
        "door_manifest",
        reach=Reach.ALL,
    ),
    does(_("record on a phone, even offline, who came"), (Role.CENTRE_STAFF,), "door_marks"),
    sees(
        _("the centre's month in numbers, the groups behind them, and what teachers answered"),
        (Role.CENTRE_STAFF,),
        "centre_month",
        "month_rows",
        "month_xlsx",
    ),
    does(
        _("answer the questions after a visit they lead; the school's leadership can answer for any visit"),
        SCHOOL_STAFF,
        "booking_feedback",
    ),
    does(
        _("create and revoke secret addresses from which their calendar reads visits"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "feed_list",
        reach=Reach.OWN,
    ),
    sees(
        _("visits without names, at the secret address of a calendar, for anyone who was given it"),
        EVERYBODY,
        "feed_read",
        reach=Reach.ALL,
    ),
]
