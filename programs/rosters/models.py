from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.choices import JobState
from programs.core.fates import EMPTIED, FILE, MASK, OWN, PLAIN, STAYS, UNSAID, row_until, until
from programs.core.models import Job, SchoolYear
from programs.pupils.models import Pupil
from programs.rosters.choices import RowDecision, RowOutcome
from programs.schools.choices import ImportState
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
SHEET = STAYS | until("schools.roster_files")
LINE = EMPTIED | row_until("schools.roster_rows")


class RosterImport(models.Model):
    """A school's spreadsheet of pupils on its way in: uploaded, mapped, previewed row by row, then applied."""

    PII = {
        "uploaded_by": STAYS | OWN, "file_name": SHEET | MASK, "file_path": SHEET | FILE, "reference": PLAIN, "source": PLAIN,
        "file_hash": PLAIN, "sheet": PLAIN, "other_sheets": PLAIN, "mapping": PLAIN, "options": PLAIN, "dropped_columns": PLAIN,
        "counts": PLAIN, "error": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = None  # a list on its way in was read against the old school: it is dropped
    reference = models.CharField(max_length=16, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="roster_imports")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=60)
    file_name = models.CharField(_("file"), max_length=200)
    file_path = models.CharField(max_length=200, blank=True)  # in private storage; emptied when the file is deleted
    file_hash = models.CharField(max_length=64)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    header_line = models.PositiveIntegerField(null=True, blank=True)
    mapping = models.JSONField(default=dict)  # column number (from 0, as text) -> field
    # The file's other sheets: {"name", "header_line", "mapping"}; one without a mapping is not read.
    other_sheets = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    dropped_columns = models.JSONField(default=list)  # names of the sensitive columns that were not read
    state = models.CharField(_("status"), max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)  # outcome -> number of rows
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("roster import"), _("roster imports")
        indexes = [models.Index(fields=["school", "file_hash"], name="roster_same_file")]

    def __str__(self) -> str:
        return self.reference

    @property
    def sheets_read(self) -> list[dict]:
        """The sheets in the order of their rows: a row's ``sheet`` counts from 0."""
        first = {"name": self.sheet, "header_line": self.header_line, "mapping": self.mapping}
        return [first, *(sheet for sheet in self.other_sheets if sheet["mapping"])]

    def place_of(self, sheet: int, line: int) -> str:
        """Where a row is in the file: its number, and of several sheets the name of the sheet."""
        sheets = self.sheets_read
        return f"{sheets[sheet]['name']}: {line}" if len(sheets) > 1 and sheet < len(sheets) else str(line)

    @property
    def is_stalled(self) -> bool:
        """The worker gave up halfway; a person may resume or cancel it."""
        is_working = self.state in (ImportState.PREVIEWING, ImportState.APPLYING)
        return is_working and (self.job is None or self.job.state == JobState.FAILED)


class RosterRow(models.Model):
    """One line of the file: what it says, what it would do, and why not. Deleted some weeks after the import."""

    PII = {
        "values": LINE, "facts": LINE | UNSAID, "notes": LINE | UNSAID, "changes": LINE | UNSAID, "pupil": STAYS | OWN,
    }  # fmt: skip
    roster = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    sheet = models.PositiveSmallIntegerField(default=0)  # which of the import's ``sheets_read``
    line = models.PositiveIntegerField(_("row"))  # as the spreadsheet program numbers it
    values = models.JSONField(default=dict)  # field -> the text as it was in the file
    facts = models.JSONField(default=dict)  # field -> the cleaned value
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    decision = models.CharField(max_length=10, choices=RowDecision, blank=True)
    notes = models.JSONField(default=list)  # [{"field", "code", "value", …}]: what was cleaned, and what is wrong
    changes = models.JSONField(default=dict)  # field -> [before, after]
    pupil = models.ForeignKey(Pupil, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sheet", "line"]
        constraints = [models.UniqueConstraint(fields=["roster", "sheet", "line"], name="one_row_per_line")]
        indexes = [models.Index(fields=["roster", "outcome", "sheet", "line"], name="roster_outcome_order")]

    def __str__(self) -> str:
        return f"{self.roster_id}:{self.line}"

    @property
    def question(self) -> str:
        """What the row asks of a person; empty for a row that is clear."""
        return self.facts.get("question", "")

    @property
    def accepted(self) -> list[str]:
        """The doubts about the row that a person has settled."""
        return self.facts.get("accepted", [])
