"""Guardians' personal links: created by the school for one pupil, on paper or to send on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.consents import rules
from programs.consents.models import Consent, GuardianLink
from programs.consents.policy import may_hand_links
from programs.consents.queries.in_force import current_texts
from programs.core.audit import record
from programs.core.locking import all_locked
from programs.core.paper import refuse_unprintable
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.pupils.models import Pupil
from programs.schools.queries.staff import hash_of_token

# No letter that is mistaken for another when a parent types the code from paper.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 28  # of 31 letters: 138 bits


@dataclass(frozen=True)
class IssuedLink:
    """A link with its token, which is known now and never again."""

    link: GuardianLink
    token: str


@transaction.atomic
def issue_links(*, pupils: Collection[Pupil], by: User, key: str, relation: str = "") -> list[IssuedLink]:
    """Create a new link for a guardian of each of ``pupils``, all of one school; that guardian's earlier ones end.

    The tokens follow from the form's one-time ``key`` and the portal's secret, so the same form sent twice gives the
    same links. Pupils whose guardian is no longer asked get none. ``relation`` says whose it is: a mother's link
    does not end the father's.
    Raises PermissionDenied, and ``Refused``: ``nobody_asked``, ``link_over``, ``unprintable``.
    """
    wanted = Pupil.objects.select_related("school").filter(pk__in=[pupil.pk for pupil in pupils])
    chosen = all_locked(wanted.order_by("pk"), no_key=True)
    must(may_hand_links(by, chosen))
    today = timezone.localdate()
    asked = [pupil for pupil in chosen if rules.link_refusal(pupil, today=today) is None]
    refuse_if(rules.letters_refusal(asked))
    for text in dict.fromkeys(text for pupil in asked for text in (pupil.school.name, pupil.full_name)):
        refuse_unprintable(text)  # before the links end whose letters could not be printed
    ask(pupils=asked)
    return [_issue(pupil=pupil, token=_token(key, pupil), relation=relation, by=by) for pupil in asked]


@transaction.atomic
def issue_link(*, pupil: Pupil, by: User, key: str, relation: str = "") -> IssuedLink:
    """The same for one pupil. Raises also ``Refused``: ``adult``, ``left``."""
    must(may_hand_links(by, [pupil]))
    refuse_if(rules.link_refusal(pupil, today=timezone.localdate()))
    return issue_links(pupils=[pupil], by=by, key=key, relation=relation)[0]


def _issue(*, pupil: Pupil, token: str, relation: str, by: User) -> IssuedLink:
    token_hash = hash_of_token(token)
    now = timezone.now()
    if earlier := GuardianLink.objects.filter(token_hash=token_hash).first():
        if earlier.voided_at:
            raise Refused.because(
                "link_over", _("Newer links have been created since. Open this page again to create others.")
            )
        return IssuedLink(earlier, token)
    _void_links(pupil=pupil, relation=relation, by=by)
    link = GuardianLink.objects.create(
        pupil=pupil, token_hash=token_hash, relation=relation, made_for=relation, created_by=by,
        expires_at=now + rules.LINK_LASTS,
    )  # fmt: skip
    record(by=by, action="guardian_link.issue", obj=link, after={"pupil": pupil.pk})
    return IssuedLink(link, token)


def _void_links(*, pupil: Pupil, relation: str, by: User) -> None:
    """End what the same guardian holds; the other's link stays."""
    for link in GuardianLink.objects.filter(pupil=pupil, voided_at=None):
        if rules.parent_of(link.relation) == rules.parent_of(relation):
            link.voided_at = timezone.now()
            link.save(update_fields=["voided_at"])
            record(by=by, action="guardian_link.void", obj=link, after={"pupil": pupil.pk})


@transaction.atomic
def note_stopped(*, link: GuardianLink, by: User) -> None:
    """Somebody who asks the families opened a family's own link; nothing was shown."""
    record(by=by, action="guardian_link.stop", obj=link, after={"pupil": link.pupil_id})


def _token(key: str, pupil: Pupil) -> str:
    digest = salted_hmac("programs.schools.guardian_link", f"{key}:{pupil.pk}", algorithm="sha256").digest()
    number, letters = int.from_bytes(digest), []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def ask(*, pupils: Collection[Pupil]) -> None:
    """Record that everyone who must answer about ``pupils`` has been asked the current questions."""
    today = timezone.localdate()
    texts = current_texts(today)
    Consent.objects.bulk_create(
        (
            Consent(pupil=pupil, purpose=purpose, text_version=text.version, giver=giver)
            for pupil in pupils
            for purpose, text in texts.items()
            for giver in sorted(rules.givers_needed(purpose, pupil.birth_date, today))
        ),
        ignore_conflicts=True,
    )
