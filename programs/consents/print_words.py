"""From links and texts to the words of a letter or a form."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.consents.actions.links import IssuedLink
from programs.consents.choices import ConsentGiver
from programs.consents.forms import AGREE, DO_NOT_AGREE
from programs.consents.models import ConsentText
from programs.consents.pdf import Asked, FormPage, Slip
from programs.consents.rules import CHILD_ANSWERS_FROM, givers_needed, proof_of
from programs.core.references import in_groups
from programs.pupils.models import ClassGroup, Pupil


def grouped(token: str) -> str:
    """Format a code in groups that are easy to read and type."""
    return "-".join(token[start : start + 4] for start in range(0, len(token), 4))


def slips_of(issued: Collection[IssuedLink], class_group: ClassGroup | None) -> list[Slip]:
    """The letters in the order of the class list; a pupil may be in no class yet."""
    in_order = sorted(issued, key=lambda each: each.link.pupil.sort_key)
    return [_slip(each, class_group) for each in in_order]


def _slip(issued: IssuedLink, class_group: ClassGroup | None) -> Slip:
    site, pupil = settings.SITE_URL, issued.link.pupil
    whose = class_group.name if class_group else pupil.full_name
    return Slip(
        language=get_language() or "vi",
        document=_("Letters to guardians {name}").format(name=whose),
        school=pupil.school.name,
        addressed=_("To the mother, father or guardian of"),
        name=pupil.full_name,
        class_name=_("Class {name}").format(name=class_group.name) if class_group else "",
        text=_(
            "The school asks whether your child may take part in STEM activities, be photographed for reports, "
            "and be shown with their project. Please answer each question separately. Saying no does not "
            "disadvantage your child, and you can withdraw a yes at any time."
        ),
        how=_("Point your phone's camera at the square, or open this address and type the code:"),
        address=(site + reverse("guardian_code")).partition("://")[2],
        code=grouped(issued.token),
        warning=_(
            "This code is for you alone. The portal never asks you for money, an identity card or a password. "
            "If you are not sure, ask the class teacher."
        ),
        valid=_("Valid until {day}").format(day=f"{timezone.localdate(issued.link.expires_at):%d/%m/%Y}"),
        keep=_("Keep this part. To download or erase:"),
        proof=in_groups(proof_of(issued.token), 4),
        url=site + reverse("guardian_door", args=[issued.token]),
    )


def forms_of(pupils: Collection[Pupil], class_group: ClassGroup, texts: Mapping[str, ConsentText]) -> list[FormPage]:
    """Always in Vietnamese: the form bears the national title."""
    with translation.override("vi"):
        return [_form(pupil, class_group, texts) for pupil in pupils]


def _form(pupil: Pupil, class_group: ClassGroup, texts: Mapping[str, ConsentText]) -> FormPage:
    today = timezone.localdate()
    needed = {purpose: givers_needed(purpose, pupil.birth_date, today) for purpose in texts}
    return FormPage(
        language="vi",
        document=_("Consent forms {name}").format(name=class_group.name),
        school=class_group.school.name,
        heading=_("CONSENT FORM"),
        subheading=_("STEM activities of the school year {year}").format(year=class_group.school_year.name),
        facts=[
            (_("Pupil"), pupil.full_name),
            (_("Class and school"), f"{class_group.name}, {class_group.school.name}"),
        ],
        questions=[
            Asked(f"{number}. {text.local_title}", text.points, _boxes(needed[purpose]))
            for number, (purpose, text) in enumerate(texts.items(), start=1)
        ],
        blanks=[_("Full name of the guardian who signs"), _("Relation to the pupil (mother, father, guardian …)")],
        place_and_day=_("…………, day …… month …… year 20……"),
        signers=[
            (_("THE PUPIL"), _("(from the age of {age}: signature and full name)").format(age=CHILD_ANSWERS_FROM)),
            (_("MOTHER, FATHER OR GUARDIAN"), _("(signature and full name)")),
        ],
        version=_("Texts: {versions}").format(
            versions=", ".join(f"{text.get_purpose_display()} {text.version}" for text in texts.values())
        ),
    )


def _boxes(givers: Collection[str]) -> list[tuple[str, str, str]]:
    return [
        (str(giver.label), str(AGREE), str(DO_NOT_AGREE))
        for giver in (ConsentGiver.GUARDIAN, ConsentGiver.PUPIL)
        if giver in givers
    ]
