"""What administrators do to the calendar: days off, school years and their terms. All deadlines count with it."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.locking import all_locked
from programs.core.models import Holiday, SchoolYear, Term
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.pupils.actions.promotion import follow_calendar
from stem_portal.administration.roles import may_administer
from stem_portal.administration.rules import period_refusal, year_refusal


@transaction.atomic
@once("calendar.holiday", returns=Holiday)
def add_holiday(*, name: str, starts_on: date, ends_on: date, closes: str, reason: str, by: User, key: str) -> Holiday:
    """Raises PermissionDenied, and ``Refused("ends_before")``."""
    must(may_administer(by))
    refuse_if(period_refusal(starts_on, ends_on))
    holiday = Holiday.objects.create(name=name, starts_on=starts_on, ends_on=ends_on, closes=closes)
    record(by=by, action="calendar.add", obj=holiday, after=_dates(holiday), reason=reason)
    return holiday


@transaction.atomic
def change_holiday(
    *, holiday: Holiday, name: str, starts_on: date, ends_on: date, closes: str, reason: str, version: str, by: User
) -> None:
    """Raises PermissionDenied, and ``Refused``: ``ends_before``, ``changed_meanwhile``."""
    must(may_administer(by))
    fresh = Holiday.objects.select_for_update().get(pk=holiday.pk)
    refuse_if_stale(version, values_of(fresh))
    refuse_if(period_refusal(starts_on, ends_on))
    before = _dates(fresh)
    fresh.name, fresh.starts_on, fresh.ends_on, fresh.closes = name, starts_on, ends_on, closes
    fresh.save()
    record(by=by, action="calendar.change", obj=fresh, before=before, after=_dates(fresh), reason=reason)


@transaction.atomic
def remove_holiday(*, holiday: Holiday, reason: str, by: User) -> None:
    """What is gone already is left so. Raises PermissionDenied."""
    must(may_administer(by))
    if Holiday.objects.filter(pk=holiday.pk).delete()[0]:
        record(by=by, action="calendar.remove", obj=holiday, before=_dates(holiday), reason=reason)


@transaction.atomic
def set_year(
    *,
    name: str,
    starts_on: date,
    first_ends_on: date,
    second_on: date,
    ends_on: date,
    reason: str,
    version: str,
    by: User,
) -> SchoolYear:
    """Write a school year and its two terms; of one that exists, the dates change.

    Raises PermissionDenied, and ``Refused``: ``wrong_name``, ``wrong_order``, ``overlaps``, ``changed_meanwhile``.
    """
    must(may_administer(by))
    all_locked(SchoolYear.objects.all())  # two who write years at once queue here
    year = SchoolYear.objects.filter(name=name).first()
    before = values_of_year(year) if year else None
    if before is not None:
        refuse_if_stale(version, before)
    others = list(SchoolYear.objects.exclude(name=name))
    days = (starts_on, first_ends_on, second_on, ends_on)
    refuse_if(year_refusal(name, days, others=others))
    year = year or SchoolYear(name=name)
    year.starts_on, year.ends_on = starts_on, ends_on
    year.save()
    if before:
        follow_calendar(year=year, starts_on=before["starts_on"], ends_on=before["ends_on"])
    spans = {1: (starts_on, first_ends_on), 2: (second_on, ends_on)}
    for number, (first, last) in spans.items():
        dates = {"starts_on": first, "ends_on": last}
        Term.objects.update_or_create(school_year=year, number=number, defaults=dates)
    action = "calendar.change" if before else "calendar.add"
    old = {name: value for name, value in (before or {}).items() if name != "name"}
    new = dict(zip(("starts_on", "first_ends_on", "second_on", "ends_on"), days, strict=True))
    record(by=by, action=action, obj=year, before=old, after=new, reason=reason)
    return year


def values_of(holiday: Holiday) -> dict:
    return {
        "name": holiday.name, "starts_on": holiday.starts_on, "ends_on": holiday.ends_on, "closes": holiday.closes
    }  # fmt: skip


def values_of_year(year: SchoolYear) -> dict:
    terms = {term.number: term for term in year.terms.all()}
    first_ends_on = terms[1].ends_on if 1 in terms else None
    second_on = terms[2].starts_on if 2 in terms else None
    return {
        "name": year.name, "starts_on": year.starts_on, "first_ends_on": first_ends_on, "second_on": second_on,
        "ends_on": year.ends_on,
    }  # fmt: skip


def _dates(holiday: Holiday) -> dict:
    return {"starts_on": holiday.starts_on, "ends_on": holiday.ends_on, "closes": Code(holiday.closes)}
