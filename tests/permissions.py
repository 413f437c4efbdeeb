"""The permission matrix: every named address of ours, as every role, on own, sibling, foreign and missing objects;
and what each role can read in all the answers, files included.

``python -m tests.permissions`` rewrites tests/permissions.txt and tests/readable.txt; read the difference before
you commit it: the committed tables are what was decided, the test only says whether the portal still keeps to them.
``python -m tests.permissions card_void class_join`` walks these addresses only.
"""

from __future__ import annotations

import inspect
import logging
import os
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import urlencode

from pypdf import PdfReader

from tests.changed import wing_of

TABLE = Path(__file__).with_name("permissions.txt")
READABLE = Path(__file__).with_name("readable.txt")
Seen = defaultdict[tuple[str, str], defaultdict[str, set[str]]]  # (kind, place) -> role -> names of addresses
# Whole areas with a guard of their own, tested apart: Wagtail's and Django's back offices, allauth, editors' files.
GUARDED_AREAS = ("cms/", "backoffice/", "accounts/", "documents/", "media/", "_util/")
PUBLIC_PAGES = {"wagtail_serve"}  # what an editor published; drafts are tested in tests/cms

Kwargs = Callable[[SimpleNamespace], dict]
MISSING = SimpleNamespace(
    school=SimpleNamespace(code="00000000"), free_school=SimpleNamespace(code="00000001"),
    claim=SimpleNamespace(pk=987654, link_token="987654:no-such-token", waiting_token="987654:none", confirm_token="987654:none"), class_group=SimpleNamespace(pk=987654),
    invitation=SimpleNamespace(pk=987654, token="no-such-token"), membership=SimpleNamespace(pk=987654), session=SimpleNamespace(pk=987654),
    past_session=SimpleNamespace(pk=987654), late_mark=SimpleNamespace(pk=987654), booking=SimpleNamespace(reference="BD-00000", pass_code="Z" * 26), feed=SimpleNamespace(token="no-such-token"),
    past_booking=SimpleNamespace(reference="BD-00001"), photograph=SimpleNamespace(pk=987654), project=SimpleNamespace(reference="DA-00000"), team_invitation=SimpleNamespace(pk=987654), safety_member=SimpleNamespace(pk=987654), waiting_project=SimpleNamespace(reference="DA-00001"),
    activity=SimpleNamespace(pk=987654), own_activity=SimpleNamespace(pk=987654), file=SimpleNamespace(pk=987654), similarity=SimpleNamespace(pk=987654), image=SimpleNamespace(pk=987654), report=SimpleNamespace(pk=987654, term_id=987654),
    certificate=SimpleNamespace(serial="GCN-0000-000000", verify_code="ZZZZZZZZZZZZZZZZZZZZZZZZZZ"),
    school_list=SimpleNamespace(reference="DT-00000"), pupil=SimpleNamespace(pk=987654), consent=SimpleNamespace(pk=987654), scan=SimpleNamespace(pk=987654), guardian=SimpleNamespace(token="no-such-token"),
    roster=SimpleNamespace(reference="DS-00000"), data_request=SimpleNamespace(reference="YC-00000"), twin=SimpleNamespace(pk=987655), joining=SimpleNamespace(pk=987654),
    pair=SimpleNamespace(pk=987654), merger=SimpleNamespace(pk=987654),
    centre=SimpleNamespace(code="KHONG"), room=SimpleNamespace(pk=987654), closed_days=SimpleNamespace(pk=987654),
    paper=SimpleNamespace(pk=987654), approval_principal=SimpleNamespace(pk=987654), approval_ward=SimpleNamespace(pk=987654),
    approval_department=SimpleNamespace(pk=987654), waiting_token="no-such-token", joining_student=SimpleNamespace(token="no-such-token"),
    drawn_session=SimpleNamespace(pk=987654), entry=SimpleNamespace(pk=987654), ballot=SimpleNamespace(reference="BT-00000", session_id=987654),
    season=SimpleNamespace(pk=987654), series=SimpleNamespace(pk=987654),
    officer_post=SimpleNamespace(pk=987654), holiday=SimpleNamespace(pk=987654), school_year=SimpleNamespace(pk=987654),
    teacher=SimpleNamespace(pk=987654), message=SimpleNamespace(pk=987654), letter=SimpleNamespace(pk=987654), job=SimpleNamespace(pk=987654), upload=SimpleNamespace(pk=987654), competition=SimpleNamespace(slug="khong-co"),
    rules=SimpleNamespace(
        published=SimpleNamespace(code="khong-co", version=1), draft=SimpleNamespace(code="khong-co", version=1), part=SimpleNamespace(pk=987654)
    ),
)  # fmt: skip


def _pk(kind: str) -> Kwargs:
    return lambda place: {"pk": getattr(place, kind).pk}


def _rules(version: SimpleNamespace) -> dict:
    return {"code": version.code, "version": version.version}


def _reference(kind: str) -> Kwargs:
    return lambda place: {"reference": getattr(place, kind).reference}


# How the object of an address is named. An address with parameters that is not here fails the test.
OBJECT_OF: dict[str, Kwargs] = {
    "school_claim": lambda place: {"code": place.free_school.code},
    "claim_status": lambda place: {"token": place.claim.link_token},
    "claim_waiting": lambda place: {"token": place.claim.waiting_token},
    "claim_confirm": lambda place: {"token": place.claim.confirm_token},
    "claim_detail": _pk("claim"),
    "claim_verify": _pk("claim"),
    "claim_return": _pk("claim"),
    "claim_refuse": _pk("claim"),
    "claim_reopen": _pk("claim"),
    "school_detail": lambda place: {"code": place.school.code},
    "staff_invite": lambda place: {"code": place.school.code},
    "staff_invite_many": lambda place: {"code": place.school.code},
    "coordinator_hand_over": lambda place: {"code": place.school.code},
    "coordinator_replace": lambda place: {"code": place.school.code},
    "membership_role": _pk("membership"),
    "class_add": lambda place: {"code": place.school.code},
    "class_edit": _pk("class_group"),
    "school_rename": lambda place: {"code": place.school.code},
    "school_recode": lambda place: {"code": place.school.code},
    "school_suspend": lambda place: {"code": place.school.code},
    "school_resume": lambda place: {"code": place.school.code},
    "school_close": lambda place: {"code": place.school.code},
    "school_merge": lambda place: {"code": place.school.code},
    "school_tell_apart": lambda place: {"code": place.school.code, "other": place.free_school.code},
    "school_list_detail": _reference("school_list"),
    "school_list_columns": _reference("school_list"),
    "school_list_apply": _reference("school_list"),
    "school_list_drop": _reference("school_list"),
    "invitation_withdraw": _pk("invitation"),
    "invitation_accept": lambda place: {"token": place.invitation.token},
    "membership_end": _pk("membership"),
    "class_detail": _pk("class_group"),
    "school_activate": lambda place: {"code": place.school.code},
    "school_activate_password": lambda place: {"code": place.school.code},
    "cards_issue": _pk("class_group"),
    **{f"activity_{act}": _pk("activity") for act in ("detail", "correct", "withdraw")},
    **{f"own_{act}": _pk("own_activity") for act in ("detail", "correct", "withdraw")},
    "card_void": lambda place: {"pk": place.class_group.pk, "pupil_pk": place.pupil.pk},
    "class_code": _pk("class_group"),
    "session_detail": _pk("session"),
    "session_book": _pk("session"),
    **{
        name: lambda place: {"code": place.centre.code}
        for name in (
            "centre_schedule",
            "centre_week",
            "session_new",
            "series_new",
            "centre_settings",
            "centre_hours",
            "closed_days_new",
            "room_new",
        )
    },
    **{f"session_{step}": _pk("session") for step in ("plan", "move", "copy", "capacity", "cancel", "swap", "terms")},
    "series_detail": _pk("series"),
    "series_cancel": _pk("series"),
    "series_change": _pk("series"),
    "series_terms": _pk("series"),
    "closed_days_remove": _pk("closed_days"),
    "room_edit": _pk("room"),
    "season_edit": _pk("season"),
    "session_close": _pk("past_session"),
    "session_reopen": _pk("past_session"),
    "session_unannounced": _pk("past_session"),
    "late_mark": _pk("late_mark"),
    "dispute": _reference("past_booking"),
    "session_enter": _pk("drawn_session"),
    "entry_detail": _pk("entry"),
    "entry_edit": _pk("entry"),
    "entry_withdraw": _pk("entry"),
    **{
        f"ballot_{name}": _reference("ballot")
        for name in ("detail", "list_json", "list_csv", "result_csv", "run", "close", "digits", "draw", "send")
    },
    "ballot_session_cancel": lambda place: {"reference": place.ballot.reference, "pk": place.ballot.session_id},
    "booking_detail": _reference("booking"),
    "booking_cancel": _reference("booking"),
    "booking_exception": _reference("booking"),
    "booking_confirm": _reference("booking"),
    "booking_roster": _reference("booking"),
    "booking_resize": _reference("booking"),
    "booking_ask_again": _reference("booking"),
    "booking_needs": _reference("booking"),
    "booking_paper": lambda place: {"reference": place.booking.reference, "kind": "plan"},
    "booking_papers_of": lambda place: {"reference": place.booking.reference, "source": place.past_booking.reference},
    "booking_answer": _reference("booking"),
    "paper_file": _pk("paper"),
    **{f"approval_{kind}": _pk(f"approval_{kind}") for kind in ("principal", "ward", "department")},
    "waiting_answer": lambda place: {"token": place.waiting_token},
    "student_join": lambda place: {"token": place.joining_student.token},
    "booking_calendar": _reference("booking"),
    "booking_check_in": _reference("booking"),
    "booking_absent": _reference("booking"),
    "booking_absent_undo": _reference("booking"),
    "booking_pass": _reference("booking"),
    "booking_pass_pdf": _reference("booking"),
    "booking_feedback": _reference("past_booking"),
    "booking_teacher": _reference("past_booking"),
    "booking_came": _reference("past_booking"),
    "booking_photographs": _reference("past_booking"),
    "photograph_remove": _pk("photograph"),
    "photograph": _pk("photograph"),
    "photograph_preview": _pk("photograph"),
    "pass_open": lambda place: {"code": place.booking.pass_code},
    "feed_read": lambda place: {"token": place.feed.token},
    "competition_detail": lambda place: {"slug": place.competition.slug},
    "project_new": lambda place: {"slug": place.competition.slug},
    **{
        f"competition_{act}": lambda place: {"slug": place.competition.slug}
        for act in ("manage", "edit", "dates", "open", "close")
    },
    **{name: lambda place: _rules(place.rules.published) for name in ("rule_set_detail", "rule_set_copy")},
    **{f"rule_set_{act}": lambda place: _rules(place.rules.draft) for act in ("edit", "publish", "drop")},
    "rule_part_add": lambda place: _rules(place.rules.draft) | {"part": "documents"},
    **{
        f"rule_part_{act}": lambda place: _rules(place.rules.draft) | {"part": "documents", "pk": place.rules.part.pk}
        for act in ("change", "remove")
    },
    "project_detail": _reference("project"),
    "project_edit": _reference("project"),
    "project_submit": _reference("project"),
    "project_withdraw": _reference("project"),
    **{
        f"{act}_{kind}": _reference("waiting_project")
        for act in ("endorse", "return")
        for kind in ("mentor", "school", "safety")
    },
    "project_statement": _reference("project"),
    "entry_check": _reference("project"),
    "entry_similar": lambda place: {"slug": place.competition.slug},
    "similarity_aside": _pk("similarity"),
    "similarity_reopen": _pk("similarity"),
    "entry_board": lambda place: {"slug": place.competition.slug},
    "entry_export": lambda place: {"slug": place.competition.slug},
    "entry_unfinished": lambda place: {"slug": place.competition.slug},
    "safety_committee": lambda place: {"slug": place.competition.slug},
    "safety_end": _pk("safety_member"),
    "project_documents": _reference("project"),
    "project_field": lambda place: {"reference": place.project.reference, "name": "title"},
    **{
        name: lambda place: {"reference": place.project.reference, "code": "report"}
        for name in ("project_document", "document_link")
    },
    "document_answer": lambda place: {"reference": place.project.reference, "code": "photographs"},
    "document_remove": _pk("file"),
    **{
        name: _reference("project")
        for name in (
            "project_keep",
            "project_take_out",
            "project_team",
            "team_code",
            "team_leave",
            "project_reopen",
            "project_receipt",
            "project_receipt_pdf",
        )
    },
    **{name: _pk("team_invitation") for name in ("team_accept", "team_decline", "team_take_back")},
    "project_file": _pk("file"),
    "project_image": _pk("image"),
    "certificate_issue": _reference("past_booking"),
    "certificates_pdf": _reference("past_booking"),
    "certificates_absent": _reference("past_booking"),
    "certificate_pdf": lambda place: {"serial": place.certificate.serial},
    "certificate_revoke": lambda place: {"serial": place.certificate.serial},
    "certificate_verify": lambda place: {"code": place.certificate.verify_code},
    "report_detail": _pk("report"),
    "report_freeze": lambda place: {"pk": place.report.term_id},  # the term: its first report is made by freezing
    "report_rows": _pk("report"),
    "report_differences": _pk("report"),
    "report_xlsx": _pk("report"),
    "guardian_door": lambda place: {"token": place.guardian.token},
    "guardian_purpose": lambda place: {"token": place.guardian.token, "purpose": "take_part"},
    "consent_overview": lambda place: {"code": place.school.code},
    "consent_scans": lambda place: {"code": place.school.code},
    "consent_class": _pk("class_group"),
    "consent_sheet": _pk("class_group"),
    "consent_forms": _pk("class_group"),
    "consent_paper": _pk("class_group"),
    "consent_pupil": _pk("pupil"),
    "consent_link": _pk("pupil"),
    "consent_withdraw": _pk("consent"),
    "consent_settle": _pk("consent"),
    "consent_scan": _pk("scan"),
    "my_consent": lambda place: {"purpose": "take_part" if place is MISSING else "photo"},
    "roster_list": lambda place: {"code": place.school.code},
    "roster_new": lambda place: {"code": place.school.code},
    "roster_asked": lambda place: {"code": place.school.code},
    "promotion": lambda place: {"code": place.school.code},
    "promotion_back": lambda place: {"code": place.school.code},
    "pupils_leave": lambda place: {"code": place.school.code},
    "roster_detail": _reference("roster"),
    "roster_map": _reference("roster"),
    "roster_decide": _reference("roster"),
    "roster_apply": _reference("roster"),
    "roster_drop": _reference("roster"),
    "roster_check": _reference("roster"),
    "roster_restart": _reference("roster"),
    "roster_left_out": _reference("roster"),
    "roster_missing": _reference("roster"),
    "pupil_detail": _pk("pupil"),
    "pupil_return": _pk("pupil"),
    "pupil_merge": lambda place: {"pk": place.pupil.pk, "other": place.twin.pk},
    "pupil_part": _pk("joining"),
    "pupil_pairs": lambda place: {"code": place.school.code},
    "pupil_pair": _pk("pair"),
    "pupil_pair_reopen": _pk("pair"),
    "school_merge_undo": _pk("merger"),
    "pupil_data": _pk("pupil"),
    "pupil_data_download": _pk("pupil"),
    "pupil_data_ask": _pk("pupil"),
    "my_data_request": _reference("data_request"),
    "guardian_data": lambda place: {"token": place.guardian.token},
    "guardian_data_download": lambda place: {"token": place.guardian.token},
    "guardian_data_ask": lambda place: {"token": place.guardian.token},
    "guardian_data_request": lambda place: {
        "token": place.guardian.token,
        "reference": place.data_request.reference,
    },
    "guardian_agree": lambda place: {
        "token": place.guardian.token,
        "reference": place.data_request.reference,
    },
    **{
        f"data_request_{step}": _reference("data_request")
        for step in ("detail", "identify", "agree", "answer", "refuse", "extend", "finish", "correct", "erase")
    },
    "message_detail": _pk("message"),
    "letter_again": _pk("letter"),
    "letter_settle": _pk("letter"),
    "role_detail": lambda place: {"role": "khong-co" if place is MISSING else "teacher"},
    "person_roles": lambda place: {"pk": place.teacher.pk},
    "view_as_start": lambda place: {"pk": place.teacher.pk},
    **{
        name: (lambda place: {"pk": place.teacher.pk})
        for name in (
            "account_close",
            "account_reopen",
            "account_address",
            "administrator_make",
            "administrator_unmake",
            "officer_appoint",
        )
    },  # fmt: skip
    "officer_remove": _pk("officer_post"),
    "holiday_change": _pk("holiday"),
    "holiday_remove": _pk("holiday"),
    "year_change": _pk("school_year"),
    "job_detail": _pk("job"),
    "upload_detail": _pk("upload"),
    "upload_drop": _pk("upload"),
    "upload_send": lambda place: {"purpose": "nobody", "pk": place.upload.pk},
}


# What an address may be asked in its query string that could lead to somebody else's place, and with which values.
# A view that reads its query string must be listed here or in NO_PLACE_ASKED.
ASKED: dict[str, Callable[[SimpleNamespace], list]] = {
    "q": lambda place: ["xq"],  # every mark begins so; more of it would only be repeated by the page
    "school": lambda place: [place.school.code],
    "ward": lambda place: [place.school.ward_id, place.school.ward.code],
    "booking": lambda place: [place.past_booking.reference],
    "class": lambda place: [place.class_group.pk],
    "pupil": lambda place: [place.pupil.pk],
    "show": lambda place: ["all", "done", "late", "missing", "add"],
    "state": lambda place: ["held", "waitlisted", "closed", "endorsed"],
    "term": lambda place: ["all"],
    "into": lambda place: [place.school.code],
    "competition": lambda place: [place.competition.slug],
    "field": lambda place: ["robotics"],
}
# Pages opened by a secret in the URL: their content is for the holder of the secret.
BY_TOKEN = {"claim_status", "claim_waiting", "claim_confirm", "invitation_accept", "certificate_verify", "guardian_door", "guardian_purpose"} | {
    "guardian_data", "guardian_data_download", "guardian_data_ask", "guardian_data_request", "guardian_agree",
    "waiting_answer", "feed_read", "student_join",
}  # fmt: skip
FIGURES = ("school", "ward", "term")
QUESTIONS: dict[str, tuple[str, ...]] = {
    "school_list": ("q", "ward"),
    "search": ("q",),
    "certificate_list": ("booking",),
    "booking_list": ("state",),
    "project_list": ("state",),
    "endorsement_queue": ("competition",),
    "entry_board": ("q", "state", "field", "school"),
    "entry_export": ("q", "state", "field", "school"),
    "entry_unfinished": ("q",),
    "session_book": ("class",),
    "session_search": ("ward",),
    "claim_queue": ("show",),
    "participation": FIGURES,
    "participation_rows": FIGURES,
    "participation_xlsx": FIGURES,
    "participation_rows_xlsx": FIGURES,
    "participation_remind": FIGURES,
    "report_rows": FIGURES,
    "consent_class": ("show",),
    "consent_paper": ("pupil",),
    "school_register": ("q", "ward", "state"),
    "school_register_xlsx": ("q", "ward", "state"),
    "school_merge": ("into", "q"),
    "pupils_leave": ("pupil",),
    "data_request_list": ("show",),
    "roster_detail": ("show",),
    "cards_issue": ("pupil",),
}
NO_PLACE_ASKED = {
    "report_differences": "a page number",
    "entry_similar": "whether what was set aside is listed, and a page number",
    "certificate_verify_form": "the code of a certificate is its key",
    "activity_report": "a curriculum, which everybody reads",
    "centre_day": "a day",
    "day_close": "a day",
    "session_unannounced": "a school of the public list, or a booking of the same session that was cancelled",
    "ballot_new": "one of the person's own choices in the form",
    "centre_schedule": "a month",
    "centre_week": "a day",
    "centre_month": "a month",
    "role_list": "a page number",
    "role_detail": "a page number",
    "audit_log": "numbers, verbs and days; whoever may open the log may read all of it",
    "month_rows": "a month; a trip and a school only narrow the rows of the person's own centres",
    "month_xlsx": "a month",
    "session_new": "a day",
    "message_list": "a page number",
    "consent_scans": "a page number",
    "letter_list": "a page number",
    "activity_list": "a page number",
    "person_roles": "why looking as this person ended",
    "report_detail": "a term",
    "roster_map": "a sheet and a row of the file",
    "roster_list": "a page number",
    "roster_asked": "a page number",
    "roster_missing": "a page number",
    "school_list_imports": "a page number",
    "school_list_detail": "a tab",
    "school_list_columns": "a sheet and a row of the file",
    "school_twins": "a page number",
    "school_mergers": "a page number",
    "pupil_pairs": "a page number",
}


def named_addresses() -> list[tuple[str, bool]]:
    """(name, takes parameters) of every named address outside the guarded areas, once each."""
    found: dict[str, bool] = {}
    for pattern in _patterns():
        found[pattern.name] = found.get(pattern.name, False) or bool(pattern.pattern.regex.groups)
    return sorted(found.items())


def walked_addresses() -> list[tuple[str, bool]]:
    """The named addresses that a test walks over: all, or those of the wings in WALK_WINGS (`make quick`)."""
    wanted = os.environ.get("WALK_WINGS", "").split()
    wings = {name: _wing_of(view) for name, view in views().items()} if wanted else {}
    return [address for address in named_addresses() if not wanted or wings[address[0]] in wanted]


def _wing_of(view: Callable) -> str | None:
    return wing_of(inspect.unwrap(view).__module__.replace(".", "/") + ".py")


def views() -> dict[str, Callable]:
    """The view behind each of these addresses."""
    return {pattern.name: pattern.callback for pattern in _patterns()}


def _patterns() -> Iterator:
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns, prefix: str) -> Iterator:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and pattern.name:
                plain = route.removeprefix("en/").removeprefix("vi/").lstrip("^/")
                if not plain.startswith(GUARDED_AREAS) and pattern.name not in PUBLIC_PAGES:
                    yield pattern

    yield from walk(get_resolver().url_patterns, "")


def word(response) -> str:
    """What a response means: ok, login, go (elsewhere), or the number."""
    if response.status_code == 200:
        return "ok"
    if response.status_code in {301, 302, 303}:
        return "login" if "/accounts/" in response["Location"] else "go"
    return str(response.status_code)


def rows(addresses: list[tuple[str, bool]], *, seen: Seen | None = None) -> Iterator[tuple[str, str]]:
    """(address and relation, what each role meets on GET/POST). The caller holds a test database.

    ``seen`` gathers which marks of which places each role could read in the answers, and where.
    """
    with _quick_refusals():
        yield from _rows(addresses, seen)


@contextmanager
def _quick_refusals() -> Iterator[None]:
    """Most of the thousands of answers are refusals: without their pages, and without a line in the log for each.

    What these pages look like is tested in tests/frame/test_errors.py and tests/test_foreign_objects.py.
    """
    from django.conf import settings
    from django.http import HttpResponse
    from django.test import override_settings

    # Wagtail looks at every 404 for a redirect of an editor's: no address of ours is one.
    middleware = [path for path in settings.MIDDLEWARE if "redirects" not in path]

    def plain(status: int) -> Callable:
        return lambda request, exception=None: HttpResponse(status=status)

    logging.disable(logging.WARNING)
    try:
        with (
            override_settings(MIDDLEWARE=middleware),
            patch("stem_portal.urls.handler404", plain(404)),
            patch("stem_portal.urls.handler403", plain(403)),
        ):
            yield
    finally:
        logging.disable(logging.NOTSET)


def _rows(addresses: list[tuple[str, bool]], seen: Seen | None) -> Iterator[tuple[str, str]]:
    from django.core.cache import cache
    from django.test import Client
    from django.urls import reverse

    from cms.actions import set_up_site
    from tests.world import RELATIONS, ROLES, build_world

    set_up_site()
    world = build_world()
    clients = {}
    for role in ROLES:
        clients[role] = client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(world.people[role])
    for name, takes_object in addresses:
        for relation in RELATIONS if takes_object else ["-"]:
            place = MISSING if relation == "missing" else world.places.get(relation)
            if takes_object and name not in OBJECT_OF:
                yield f"{name} {relation}", "this address has no object in tests/permissions.py"
                continue
            url = reverse(name, kwargs=OBJECT_OF[name](place) if takes_object else {})
            cells = []
            for role in ROLES:
                cache.clear()
                answers = [_ask(clients[role], method, url) for method in ("get", "post")]
                if answers[0][0] == "ok" and seen is not None:
                    answers += [_ask(clients[role], "get", asked) for asked in _narrowed(name, url, world)]
                for _, body in answers if seen is not None and name not in BY_TOKEN else []:
                    for found in marks_in(body, url):
                        seen[found][role].add(name)
                cells.append("/".join(answer for answer, _ in answers[:2]))
            yield f"{name} {relation}", " ".join(cells)


def _ask(client, method: str, url: str) -> tuple[str, str]:
    """The answer and what can be read in it, with everything that the request changed undone (session included)."""
    from django.db import transaction

    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(url)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        answer = word(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer, readable(content, response.headers.get("Content-Type", ""))


def _narrowed(name: str, url: str, world) -> Iterator[str]:
    """The address with each of its questions, asked about other people's places."""
    for place in ("sibling", "foreign"):
        for question in QUESTIONS.get(name, ()):
            for value in ASKED[question](world.places[place]):
                yield f"{url}?{urlencode({question: value})}"


def readable(content: bytes, content_type: str) -> str:
    """What a reader, or someone inspecting the file, finds: without white space, in lower case."""
    if content.startswith(b"%PDF"):
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            inner = [(member, archive.read(member)) for member in archive.namelist()]
        return "".join("".join(member.lower().split()) + readable(part, "") for member, part in inner)
    elif content_type.startswith(("image/", "video/")):
        return ""
    else:
        text = unescape(content.decode("utf-8", "ignore"))
    return "".join(text.split()).lower()


def marks_in(text: str, url: str) -> set[tuple[str, str]]:
    """Kind and place of every mark in ``text``; what only repeats the address that was asked for is no answer."""
    from tests.world import marks

    found = {needle: known for needle, known in marks().items() if needle in text}
    if any(needle in url.lower() for needle in found):
        text = text.replace("".join(url.lower().split()), "")
    return {known for needle, known in found.items() if needle in text}


def as_table(lines: list[tuple[str, str]]) -> str:
    from tests.world import ROLES

    width = max(len(key) for key, _ in lines)
    cells = [line.split(" ") for _, line in lines]
    columns = [max(map(len, column)) for column in zip(ROLES, *cells, strict=True)]

    def line(key: str, row: list[str]) -> str:
        return f"{key:<{width}}  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, columns, strict=True)).rstrip()

    return (
        "\n".join([line("# GET/POST", ROLES), *(line(key, row) for (key, _), row in zip(lines, cells, strict=True))])
        + "\n"
    )


def new_seen() -> Seen:
    return defaultdict(lambda: defaultdict(set))


def as_readable_table(seen: Seen, kinds: Iterable[str]) -> str:
    """What each role reads of each kind of thing in each place: ``x`` where it does."""
    from tests.world import PLACES, ROLES

    lines = [(f"{kind} {place}", ["x" if seen[kind, place][role] else "." for role in ROLES])
             for kind in kinds for place in PLACES]  # fmt: skip
    width = max(len(key) for key, _ in lines)
    head = f"{'# read':<{width}}  " + "  ".join(ROLES)
    return "\n".join(
        [head, *(f"{key:<{width}}  " + "  ".join(f"{cell:<{len(role)}}" for cell, role in zip(cells, ROLES, strict=True)).rstrip()
                 for key, cells in lines)]
    ) + "\n"  # fmt: skip


if __name__ == "__main__":
    os.environ["WRITE_PERMISSIONS"] = " ".join(sys.argv[1:]) or "all"
    import pytest

    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/test_permissions.py::test_write_the_tables"]))
