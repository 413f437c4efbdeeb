"""What the organiser found when an entry was checked, and which files of different entries are alike."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Competition
from programs.core.fates import ACT, GOES, LASTS, MASK, UNSAID
from programs.documents.models import ProjectFile
from programs.entries.choices import Finding, Likeness, Reading, Verdict
from programs.projects.models import TEXT, Project


class Check(models.Model):
    """One look at an entry; the newest counts, and the team reads its reason exactly as it was written."""

    PII = {"by": ACT, "reason": TEXT}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checks")
    found = models.CharField(_("found"), max_length=10, choices=Finding)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("checked"), auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name, verbose_name_plural = _("check of an entry"), _("checks of entries")

    def __str__(self) -> str:
        return f"#{self.project_id} · {self.found}"


class FilePrint(models.Model):
    """What a file of an entry is compared by: its row says that it was read, ``compared_at`` that it was compared.

    ``minima`` are the 128 numbers of ``reading.py``, four bytes each; nobody reads the text again from them.
    """

    NO_PII = True
    file = models.OneToOneField(ProjectFile, on_delete=models.CASCADE, related_name="print")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prints")  # the file's
    reading = models.CharField(max_length=12, choices=Reading)
    minima = models.BinaryField(default=bytes)
    read_at = models.DateTimeField(auto_now_add=True)
    compared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("print of a file"), _("prints of files")

    def __str__(self) -> str:
        return f"#{self.file_id} · {self.reading}"


class Band(models.Model):
    """Four of the 128 numbers as one, with their place: files that share one may be alike."""

    NO_PII = True
    print = models.ForeignKey(FilePrint, on_delete=models.CASCADE, related_name="bands")
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["value"], name="band_value")]

    def __str__(self) -> str:
        return f"#{self.print_id}"


class Similarity(models.Model):
    """Two files of different entries, sent within five years, that are the same or have half of their text in common.

    ``set_aside_at`` keeps it off the list of what is to be looked at; its newest ``Look`` says who and why.
    """

    NO_PII = True
    first = models.ForeignKey(FilePrint, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(FilePrint, on_delete=models.CASCADE, related_name="+")
    ground = models.CharField(max_length=4, choices=Likeness)
    percent = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField(auto_now_add=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-percent", "-pk"]
        verbose_name, verbose_name_plural = _("two similar files"), _("similar files")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_similarity_of_two_files"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="similarity_of_two_in_order"),
            models.CheckConstraint(condition=Q(percent__gte=50, percent__lte=100), name="similarity_of_half_or_more"),
        ]

    def __str__(self) -> str:
        return f"#{self.first_id} · #{self.second_id} · {self.percent} %"

    @property
    def prints(self) -> tuple[FilePrint, FilePrint]:
        return self.first, self.second

    def seen_from(self, project: Project) -> tuple[FilePrint, FilePrint]:
        """The print of ``project``'s own file, then that of the other entry's."""
        return self.prints if self.first.project_id == project.pk else (self.second, self.first)

    @property
    def competition(self) -> Competition:
        """The later of the two, whose officers are at work."""
        both = [each.file.document.project.competition for each in self.prints]
        return max(both, key=lambda each: (each.closes_at, each.pk))


class Look(models.Model):
    """What an officer did about two similar files and why; the newest counts, and only officers read it."""

    PII = {"by": ACT, "note": GOES | LASTS | MASK | UNSAID}
    similarity = models.ForeignKey(Similarity, on_delete=models.CASCADE, related_name="looks")
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.TextField(_("note"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name, verbose_name_plural = _("look at two similar files"), _("looks at similar files")

    def __str__(self) -> str:
        return f"#{self.similarity_id} · {self.verdict}"
