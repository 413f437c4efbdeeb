"""Writing what the fates say: columns emptied, rows deleted with their files and reasons, names masked."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.storage import storages
from django.db.models import Q, QuerySet

from programs.core.audit import reasons_of
from programs.core.fates import Erasing, Model, emptied_until, fates_of, nothing_for
from programs.core.locking import all_locked
from programs.core.personal import Subject, chunks, delete_files


def columns(model: Model, erasing: Erasing) -> list[str]:
    return [name for name, fate in fates_of(model).items() if fate.erasing is erasing]


def masked_columns(model: Model) -> list[str]:
    return [name for name, fate in fates_of(model).items() if fate.masked]


def blank(model: Model, names: Iterable[str]) -> Q:
    """Rows in which nothing is left of the columns ``names``."""
    nothing = {name: nothing_for(model, name) for name in names}
    return Q(
        **{f"{name}__isnull" if value is None else name: value is None or value for name, value in nothing.items()}
    )


def empty(rows: QuerySet, names: Iterable[str] | None = None) -> None:
    """Empty the columns ``names`` of ``rows``, all that an erasure empties unless some are given.

    The reasons of acts on them go too, unless the rows keep a text in which people may be named: they are masked as
    that is. Must run inside a transaction: files go when it is committed.
    """
    names = columns(rows.model, Erasing.EMPTIED) if names is None else list(names)
    if set(masked_columns(rows.model)) <= set(names):
        reasons_of(rows).delete()
    nothing = {name: nothing_for(rows.model, name) for name in names}
    keys = _stored_keys(rows, nothing)
    if nothing:
        rows.update(**nothing)
    _delete_unused(rows.model, keys)


def delete_rows(rows: QuerySet) -> None:
    """Delete ``rows`` with their files and the reasons of acts on them.

    Must run inside a transaction: files go when it is committed.
    """
    reasons_of(rows).delete()
    keys = _stored_keys(rows, fates_of(rows.model))
    rows.delete()
    _delete_unused(rows.model, keys)


def _stored_keys(rows: QuerySet, names: Iterable[str]) -> dict[str, set[str]]:
    fates = fates_of(rows.model)
    return {name: set(rows.values_list(name, flat=True)) - {""} for name in names if fates[name].file}


def _delete_unused(model: Model, keys: dict[str, set[str]]) -> None:
    """One file may serve several rows, such as the scan of a whole class: it goes with the last of them."""
    for name, gone in keys.items():
        for some in chunks(sorted(gone)):
            used = model._default_manager.filter(**{f"{name}__in": some}).values_list(name, flat=True)
            delete_files(storages["private"], set(some) - set(used))


def mask(rows: QuerySet, subject: Subject) -> None:
    """Take the person's name out of the texts of ``rows``, which are locked first; must run inside a transaction."""
    names = masked_columns(rows.model)
    for row in all_locked(rows):
        texts = {name: subject.mask(getattr(row, name)) for name in names}
        rows.model._default_manager.filter(pk=row.pk).update(**texts)


# --- Purging ------------------------------------------------------------------------------------
def still_to_purge(rows: QuerySet, rule: str) -> QuerySet:
    """Those of ``rows`` in which the retention rule ``rule`` finds something."""
    names = emptied_until(rows.model, rule)
    return rows.filter(~blank(rows.model, names)) if names else rows


def purge_rows(rows: QuerySet, rule: str) -> None:
    """What the retention rule ``rule`` does to ``rows``: empty its columns, or delete the rows where it has none."""
    if names := emptied_until(rows.model, rule):
        empty(rows, names)
    else:
        delete_rows(rows)
