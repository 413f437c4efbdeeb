"""Lists of pupils for tests, and the way that a coordinator sends them in."""

from __future__ import annotations

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from programs.core.worker import run_due_jobs
from programs.rosters.models import RosterImport
from programs.schools.models import School

HEADER = ["STT", "Mã định danh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Số điện thoại phụ huynh"]
AN = ["7400000001", "Nguyễn Văn An", "05/09/2012", "Nam", "8A1", "0912 345 678"]
BINH = ["7400000002", "Trần Thị Bình", "31/12/2012", "Nữ", "8A1", ""]
CHAU = ["7400000003", "Lê Minh Châu", "01/02/2012", "Nữ", "8A2", ""]


def xlsx(rows: list[list], *, header: list[str] | None = None, above: list[list] = (), below: list[list] = ()) -> bytes:
    """A workbook with a numbered list; every cell as it is given, texts as texts."""
    book = Workbook()
    sheet = book.active
    for row in above:
        sheet.append(row)
    sheet.append(header or HEADER)
    for number, row in enumerate(rows, start=1):
        sheet.append([number, *row] if header is None else row)
    for row in below:
        sheet.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def upload(client, school: School, data: bytes, *, name: str = "hoc-sinh.xlsx", source: str = "CSDL ngành", **more):
    """Send the file as the form does; the response of the POST."""
    address = reverse("roster_new", args=[school.code])
    page = client.get(address)
    fields = {
        "idempotency_key": page.context["form"]["idempotency_key"].value(),
        "upload": SimpleUploadedFile(name, data),
        "source": source,
        "school_year": page.context["form"].fields["school_year"].initial,
        **more,
    }
    return client.post(address, fields)


def latest(school: School) -> RosterImport:
    return RosterImport.objects.filter(school=school).latest("pk")


def match(client, roster: RosterImport, *, mode: str = "rest", **changes):
    """Accept the suggested columns, with ``changes`` such as ``column_3=""``; the response of the POST."""
    address = reverse("roster_map", args=[roster.reference])
    page = client.get(address)
    form = page.context["form"]
    fields = {name: form[name].value() or "" for name in form.fields if name.startswith("column_")}
    if "more_sheets" in form.fields:
        fields["more_sheets"] = form["more_sheets"].value()
    fields |= {
        "idempotency_key": form["idempotency_key"].value(),
        "sheet": page.context["sheet"].name,
        "header": page.context["header"].first_line,
        "mode": mode,
        **changes,
    }
    return client.post(address, fields)


def preview(
    client, school: School, data: bytes, *, mode: str = "rest", columns: dict | None = None, **more
) -> RosterImport:
    """From the file to the preview, through the pages and the worker."""
    upload(client, school, data, **more)
    match(client, latest(school), mode=mode, **(columns or {}))
    run_due_jobs()
    return latest(school)


def confirm(client, name: str, roster: RosterImport, **fields):
    """Send a confirmation page's form."""
    address = reverse(name, args=[roster.reference])
    page = client.get(address)
    form = page.context.get("form") if page.status_code == 200 else None
    sent = {"idempotency_key": form["idempotency_key"].value()} if form and "idempotency_key" in form.fields else {}
    return client.post(address, {**sent, **fields})


def imported(client, school: School, data: bytes, **more) -> RosterImport:
    """The whole way."""
    roster = preview(client, school, data, **more)
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    return latest(school)


def outcomes(roster: RosterImport) -> dict[int, str]:
    """Row → what the preview says would happen."""
    return dict(roster.rows.values_list("line", "outcome"))


def codes(roster: RosterImport, line: int) -> set[str]:
    """The remarks of one row."""
    return {note["code"] for note in roster.rows.get(line=line).notes}
