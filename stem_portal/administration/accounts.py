"""What administrators do to accounts and offices: each with a reason, an audit row, and a letter to the person."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.urls import reverse

from programs.accounts import actions as accounts
from programs.accounts.models import User
from programs.accounts.personal import is_erased
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message
from programs.schools.models import Area, OfficerPost
from programs.schools.queries.roles import forget_roles
from stem_portal.administration import rules
from stem_portal.administration.roles import may_administer


@transaction.atomic
def close_account(*, person: User, by: User, reason: str) -> None:
    """Raises PermissionDenied, and ``Refused``: ``own_account``, ``already_closed``."""
    fresh = _locked(person, by=by)
    refuse_if(rules.closing_refusal(fresh, by=by))
    accounts.set_active(user=fresh, active=False, by=by, reason=reason)
    _tell(fresh, kind="account_closed", by=by, reason=reason)


@transaction.atomic
def reopen_account(*, person: User, by: User, reason: str) -> None:
    """The password works again, no session does. Raises PermissionDenied, and ``Refused``: ``erased``,
    ``already_open``."""
    fresh = _locked(person, by=by)
    refuse_if(rules.reopening_refusal(fresh, is_erased=is_erased(fresh)))
    accounts.set_active(user=fresh, active=True, by=by, reason=reason)
    _tell(fresh, kind="account_reopened", by=by, reason=reason, link=reverse("desk"))


@transaction.atomic
def change_address(*, person: User, email: str, by: User, reason: str) -> None:
    """Replace every address of the account by ``email``; the old ones and the new one hear of it.

    Raises PermissionDenied, and ``Refused``: ``account_closed``, ``same_address``, ``email_taken``.
    """
    fresh = _locked(person, by=by)
    refuse_if(rules.address_refusal(fresh, email=email))
    before = accounts.replace_address(user=fresh, email=email, by=by, reason=reason)
    fresh.refresh_from_db()
    for address in sorted(before | {fresh.email or ""}):
        _tell(fresh, kind="address_changed", by=by, reason=reason, address=address, email=fresh.email)


@transaction.atomic
def make_administrator(*, person: User, is_one: bool, by: User, reason: str) -> None:
    """Raises PermissionDenied, and ``Refused``: ``already_so``, ``account_closed``, ``own_account``."""
    fresh = _locked(person, by=by)
    refuse_if(rules.administrator_refusal(fresh, by=by, is_one=is_one))
    accounts.set_administrator(user=fresh, is_one=is_one, by=by, reason=reason)
    _tell(fresh, kind="administrator_changed", by=by, reason=reason, is_one=is_one, link=reverse("desk"))


@transaction.atomic
def appoint_officer(*, person: User, role: str, areas: list[Area], by: User, reason: str) -> OfficerPost:
    """Give a person an office; of one that they hold already, these become its areas.

    Raises PermissionDenied, and ``Refused``: ``account_closed``, ``no_ward``.
    """
    fresh = _locked(person, by=by)
    refuse_if(rules.appointment_refusal(fresh, role=role, areas=areas))
    post, _created = OfficerPost.objects.get_or_create(user=fresh, role=role)
    before = sorted(post.areas.values_list("pk", flat=True))
    post.areas.set(areas)
    forget_roles(fresh)
    after = {"role": role, "areas": sorted(area.pk for area in areas)}
    record(by=by, action="office.appoint", obj=fresh, before={"areas": before}, after=after, reason=reason)
    names = [area.name for area in areas]
    _tell(fresh, kind="officer_appointed", by=by, reason=reason, post=post, areas=names, link=reverse("desk"))
    return post


@transaction.atomic
def remove_officer(*, post: OfficerPost, by: User, reason: str) -> None:
    """End an office; what was done in it stays. A post that is gone already is left so. Raises PermissionDenied."""
    fresh = _locked(post.user, by=by)
    if OfficerPost.objects.filter(pk=post.pk).delete()[0] == 0:
        return
    forget_roles(fresh)
    record(by=by, action="office.remove", obj=fresh, before={"role": post.role}, reason=reason)
    _tell(fresh, kind="officer_removed", by=by, reason=reason, post=post)


def _locked(person: User, *, by: User) -> User:
    must(may_administer(by))
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _tell(person: User, *, kind: str, by: User, reason: str, address: str = "", link: str = "", **more) -> None:
    write_message(
        kind=kind,
        to=person,
        address=address,
        dedupe_key=f"{kind}:{person.pk}:{secrets.token_urlsafe(12)}",
        context={"by": by, "reason": reason, **more},
        link=link,
    )
