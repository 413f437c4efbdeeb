"""Ten thousand files of entries with 320,000 bands: what is like one of them is found by indexes, not by reading all."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from programs.accounts.models import User
from programs.entries.choices import Likeness, Reading
from programs.entries.models import Band, FilePrint, Similarity
from programs.entries.queries import alike, files_like, to_compare
from programs.entries.reading import BANDS, bands_of, minima_of, words_of
from programs.projects.models import Project
from tests.entries.papers import copied, written
from tests.growth.city import grow
from tests.growth.test_rows_read import big_tables, nodes, plans_of, rows_read
from tests.world import World, build_world

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Only PostgreSQL tells what it read"),
]
SCHOOLS, FILES, PAIRS = 400, 10_000, 5_000
MOST_ROWS = 1_000
BIG_TABLES = {"entries_fileprint", "entries_band", "entries_similarity", "documents_projectfile"}


def build() -> World:
    """The world's three reports among files of other projects; those of two places are alike."""
    world = build_world()
    far = world.places["foreign"]
    schools = grow(far.school, SCHOOLS)
    projects = grow(far.project, FILES, reference="'DB-' || n", school_id=f"{schools} + n % {SCHOOLS}")
    documents = grow(far.file.document, FILES, project_id=f"{projects} + n - 1")
    sha256 = "md5('a' || n) || md5('b' || n)"
    files = grow(
        far.file, FILES, document_id=f"{documents} + n - 1", storage_key="'tep-' || n", sha256=sha256
    )  # fmt: skip
    prints = grow(
        FilePrint.objects.get(file=far.file), FILES, file_id=f"{files} + n - 1", project_id=f"{projects} + n - 1",
        compared_at="now()",
    )  # fmt: skip
    pair = Similarity.objects.first()
    grow(pair, PAIRS, first_id=f"{prints} + n - 1", second_id=f"{prints} + n")
    for name, text in (("own", written(1)), ("sibling", copied(written(1))), ("foreign", written(2))):
        _print_with(world.places[name].file, text)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO entries_band (print_id, value)"
            " SELECT id, ('x' || substr(md5(id || '-' || place), 1, 16))::bit(64)::bigint"
            f" FROM entries_fileprint CROSS JOIN generate_series(1, {BANDS}) AS place WHERE id >= {prints}"
        )
        cursor.execute("ANALYZE")
    return world


def _print_with(file, text: str) -> None:
    minima = minima_of(words_of(text))
    file.sha256 = f"{file.pk:064}"  # no longer that of all the others
    file.save(update_fields=["sha256"])
    kept = FilePrint.objects.get(file=file)
    FilePrint.objects.filter(pk=kept.pk).update(minima=minima, reading=Reading.TEXT, compared_at=timezone.now())
    Band.objects.bulk_create(Band(print=kept, value=value) for value in bands_of(minima))


def faults(read) -> list[str]:
    """What was read of the files too much; which projects an officer may open is asked and measured elsewhere."""
    found = []
    for plan in plans_of(read):
        whole = {n["Relation Name"] for n in nodes(plan) if n["Node Type"] == "Seq Scan" and n["Actual Loops"]}
        rows = {name: number for name, number in rows_read(plan).items() if name.startswith(("entries_", "documents_"))}
        if whole & BIG_TABLES or sum(rows.values()) > MOST_ROWS:
            found.append(f"{rows}, from end to end: {sorted(whole & BIG_TABLES)}")
    return found


def test_what_is_like_a_file_is_found_without_reading_all_files():
    world = build()
    assert big_tables() >= BIG_TABLES
    own, sibling = (FilePrint.objects.select_related("file").get(file=world.places[n].file) for n in ("own", "sibling"))
    [(other, (ground, percent))] = [each for each in files_like(own).items() if each[1][0] == Likeness.TEXT]
    assert other == sibling.pk and ground == Likeness.TEXT and percent >= 50
    assert not faults(lambda: files_like(own))
    project = world.places["own"].project
    assert not faults(lambda: list(to_compare().filter(document__project=project)))
    # Negative control: without the number of the band every band is read.
    assert faults(lambda: list(FilePrint.objects.filter(bands__value__gt=0)[:100_000]))


def test_what_an_officer_reads_of_one_project_does_not_grow_with_the_others():
    world = build()
    officer = User.objects.get(pk=world.people["department_officer"].pk)
    project = Project.objects.get(pk=world.places["own"].project.pk)
    assert len(alike(officer, project).waiting) == 2
    assert not faults(lambda: alike(officer, project))
