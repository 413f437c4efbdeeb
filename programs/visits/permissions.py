"""What each role sees and does with sessions and bookings, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees

PERMISSIONS = [
    sees(_("the sessions of field trips with the places left"), EVERYBODY, "session_detail", reach=Reach.ALL),
    sees(_("the list of bookings, with those within their reach in it"), SIGNED_IN, "booking_list"),
    sees(
        _("bookings with the leading teacher, the telephone and, until the visit, the calendar entry"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "booking_detail",
        "booking_calendar",
    ),
    does(_("book places for a class, or join the waiting list"), SCHOOL_STAFF, "session_book", reach=Reach.ALL),
    does(
        _("confirm the visits that they lead; those who lead the school confirm any"), SCHOOL_STAFF, "booking_confirm"
    ),
    does(_("name the pupils who take part in a visit"), SCHOOL_STAFF, "booking_roster"),
    does(
        _("tell the centre what to prepare for the group that they lead; nobody else at school reads it"),
        (Role.TEACHER,),
        "booking_needs",
    ),
    sees(
        _("photographs of visits in which everybody agreed to be seen"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "booking_photographs",
        "photograph",
        "photograph_preview",
    ),
    does(
        _("add photographs of a visit that they lead, head or host, and remove them"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "photograph_remove",
    ),
    does(
        _("hand in the papers of a visit, change the size of its group, and answer for it when it waits"),
        SCHOOL_STAFF,
        "booking_paper",
        "booking_resize",
        "booking_answer",
    ),
    sees(
        _("the papers of visits that they lead, head, host or are asked to approve"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "paper_file",
    ),
    does(
        _("approve or refuse visits for the school (the coordinator where no principal must)"),
        (Role.COORDINATOR, Role.PRINCIPAL),
        "approval_principal",
    ),
    does(
        _(
            "approve or refuse visits that are far, paid or of primary pupils (for upper secondary schools the department)"
        ),
        (Role.WARD_OFFICER,),
        "approval_ward",
    ),
    does(
        _("let primary pupils leave their city for a visit, or not"),
        (Role.DEPARTMENT_OFFICER,),
        "approval_department",
    ),
    does(
        _("take offered places, or leave the waiting list, by the personal link of a letter"),
        EVERYBODY,
        "waiting_answer",
        reach=Reach.ALL,
    ),
    does(_("cancel bookings"), (*SCHOOL_STAFF, Role.CENTRE_STAFF), "booking_cancel"),
    sees(
        _("the centre's day: which groups come, and the names of those who take part"),
        (Role.CENTRE_STAFF,),
        "centre_day",
    ),
    does(
        _("give a waiting group places by exception, with a reason (managers of the centre)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "booking_exception",
    ),
    does(_("check groups in, and close sessions"), (Role.CENTRE_STAFF,), "booking_check_in", "session_close"),
    sees(
        _("sessions that take bookings, to be found by grade, subject, day, places and distance"),
        EVERYBODY,
        "session_search",
        reach=Reach.ALL,
    ),
    sees(
        _("the calendar of a centre with the groups of each session, its hours and rooms, and the seasons"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "centre_list",
        "centre_schedule",
        "session_plan",
        "series_detail",
        "centre_settings",
        "season_list",
    ),
    does(
        _("offer sessions and series, and move, copy, resize and cancel them (managers of the centre)"),
        (Role.CENTRE_STAFF,),
        "session_new",
        "series_new",
        "session_move",
        "session_copy",
        "session_capacity",
        "session_cancel",
        "series_cancel",
    ),
    does(
        _("change opening hours, closed days and rooms (managers of the centre, and the department)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "centre_hours",
        "closed_days_new",
        "closed_days_remove",
        "room_new",
        "room_edit",
    ),
    does(
        _("set up the seasons: opening, clusters, way of giving places, bookings of one school"),
        (Role.DEPARTMENT_OFFICER,),
        "season_new",
        "season_edit",
    ),
    sees(
        _("the ballots with their lists of schools, seeds, results, and the program that repeats a draw"),
        EVERYBODY,
        "ballot_detail",
        "ballot_list_json",
        "ballot_list_csv",
        "ballot_result_csv",
        "ballot_script",
        reach=Reach.ALL,
    ),
    does(_("enter classes of their school for a draw"), SCHOOL_STAFF, "session_enter", reach=Reach.ALL),
    sees(
        _("the entries of their school, what they weigh, and why they won or not"),
        SCHOOL_STAFF,
        "entry_list",
        "entry_detail",
    ),
    does(
        _("change and withdraw the entries that they made; those who lead the school any"),
        SCHOOL_STAFF,
        "entry_edit",
        "entry_withdraw",
    ),
    sees(
        _("ballots from behind, with what a draw does before it is sent (managers of a centre)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_list",
        "ballot_run",
    ),
    does(
        _("open, close, draw and send ballots; managers of a centre those of its sessions, not of seasons"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_new",
        "ballot_close",
        "ballot_draw",
        "ballot_send",
    ),
    sees(_("the pass of their group with its QR code"), SCHOOL_STAFF, "booking_pass", "booking_pass_pdf"),
    sees(
        _("what the QR code of a pass opens: nothing of the group for anybody but its school and its centre"),
        EVERYBODY,
        "pass_open",
        reach=Reach.ALL,
    ),
    sees(
        _("today's groups on a telephone at the door, with names, who must not be photographed, and needs"),
        (Role.CENTRE_STAFF,),
        "door",
        "door_list",
    ),
    sees(
        _("the program of the page at the door, which holds nothing of anybody"),
        EVERYBODY,
        "door_worker",
        "door_manifest",
        reach=Reach.ALL,
    ),
    does(_("note on a telephone, without network too, who came"), (Role.CENTRE_STAFF,), "door_marks"),
    sees(
        _("the centre's month in numbers, the groups behind them, and what teachers answered"),
        (Role.CENTRE_STAFF,),
        "centre_month",
        "month_rows",
        "month_xlsx",
    ),
    does(
        _("answer the questions after a visit that they lead; those who lead the school answer for any"),
        SCHOOL_STAFF,
        "booking_feedback",
    ),
    does(
        _("make and revoke secret addresses from which their calendar reads visits"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "feed_list",
        reach=Reach.OWN,
    ),
    sees(
        _("visits without names under the secret address of a calendar, for whoever was given it"),
        EVERYBODY,
        "feed_read",
        reach=Reach.ALL,
    ),
]
