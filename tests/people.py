"""Named people and their schools for every test: cô Hạnh the teacher, em Minh the pupil, thầy Lâm the outsider."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt
from django.utils import timezone

from programs.accounts.choices import KEPT
from programs.accounts.models import User
from programs.accounts.totp import app_data
from programs.consents.actions.texts import load_consent_texts
from programs.consents.choices import ConsentChannel, ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent
from programs.consents.queries.in_force import current_texts
from programs.consents.rules import givers_needed
from programs.core.choices import Level
from programs.core.models import SchoolYear, Term
from programs.core.text import slugify_vi
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.schools.choices import AreaKind, OfficeRole, SchoolRole, SchoolState, Tree
from programs.schools.models import Area, Membership, OfficerPost, School, SchoolLevel
from programs.schools.queries.roles import forget_roles
from programs.schools.rules import COORDINATING, authority_of

PASSWORD = "hoa-sen-tren-ho-2026"
_serial = count(1)


def make_user(full_name: str = "Trần Thị Hạnh", *, email: str | None = "", password: str = PASSWORD, **fields) -> User:
    """A person without any role; ``email=None`` for one who has no email."""
    username = fields.pop("username", f"{slugify_vi(full_name)}-{next(_serial)}")
    address = f"{username}@truong.example.vn" if email == "" else email
    return User.objects.create_user(username, password, full_name=full_name, email=address, **fields)


TOTP_SECRET = "STEMBINHDUONGSTEMBINHDUONG765432"


def enrol_second_factor(user: User, *, secret: str = TOTP_SECRET) -> User:
    """An authenticator app and saved recovery codes, as every officer has them."""
    codes = {"seed": encrypt(RecoveryCodes.generate_seed()), "used_mask": 0, KEPT: True}
    Authenticator.objects.bulk_create(
        [
            Authenticator(user=user, type=Authenticator.Type.TOTP, data=app_data(secret)),
            Authenticator(user=user, type=Authenticator.Type.RECOVERY_CODES, data=codes),
        ]
    )
    return user


def make_administrator(full_name: str = "Hồ Anh Quân", *, second_factor: bool = True, **fields) -> User:
    user = make_user(full_name, is_staff=True, is_superuser=True, **fields)
    return enrol_second_factor(user) if second_factor else user


def make_city() -> Area:
    city, _ = Area.objects.get_or_create(
        tree=Tree.ADMINISTRATIVE, code="79", defaults={"kind": AreaKind.CITY, "name": "Thành phố Hồ Chí Minh"}
    )
    return city


def make_ward(name: str = "Phường Thủ Dầu Một", *, code: str | None = None, kind: str = AreaKind.WARD) -> Area:
    """A unit of the jurisdiction; the same name gives the same unit."""
    ward = Area.objects.filter(tree=Tree.ADMINISTRATIVE, name=name).first()
    return ward or Area.objects.create(
        kind=kind,
        code=code or f"9{next(_serial):04}",
        name=name,
        parent=make_city(),
        former_province="Bình Dương",
        in_jurisdiction=True,
    )


def make_cluster(name: str = "Cụm chuyên môn Thủ Dầu Một", *, code: str = "BD1") -> Area:
    cluster, _ = Area.objects.get_or_create(
        tree=Tree.PROFESSIONAL, code=code, defaults={"kind": AreaKind.CLUSTER, "name": name, "in_jurisdiction": True}
    )
    return cluster


def make_school(
    name: str = "Trường THCS Chu Văn An",
    *,
    ward: Area | None = None,
    levels: tuple[str, ...] = (Level.LOWER_SECONDARY,),
    state: str = SchoolState.ACTIVE,
    **fields,
) -> School:
    """A school at work; the same name gives the same school."""
    existing = School.objects.filter(name=name).first()
    if existing:
        return existing
    fields.setdefault("code", f"7974{next(_serial):04}")
    fields.setdefault("authority", authority_of(levels))
    school = School.objects.create(name=name, ward=ward or make_ward(), state=state, pupil_count=900, **fields)
    SchoolLevel.objects.bulk_create([SchoolLevel(school=school, level=level) for level in levels])
    return school


def make_staff(
    full_name: str, role: str, *, school: School | None = None, second_factor: bool = True, **fields
) -> User:
    """People who need a second factor have one, unless stated otherwise."""
    user = make_user(full_name, **fields)
    if role in COORDINATING and second_factor:
        enrol_second_factor(user)
    Membership.objects.create(school=school or make_school(), user=user, role=role)
    forget_roles(user)
    return user


def make_teacher(full_name: str = "Trần Thị Hạnh", *, school: School | None = None, **fields) -> User:
    """Cô Hạnh teaches at Chu Văn An unless stated otherwise."""
    return make_staff(full_name, SchoolRole.TEACHER, school=school, **fields)


def make_coordinator(full_name: str = "Nguyễn Văn Phúc", *, school: School | None = None, **fields) -> User:
    return make_staff(full_name, SchoolRole.COORDINATOR, school=school, **fields)


def make_principal(full_name: str = "Lê Thị Bích Ngọc", *, school: School | None = None, **fields) -> User:
    return make_staff(full_name, SchoolRole.PRINCIPAL, school=school, **fields)


def make_outsider(full_name: str = "Đỗ Văn Lâm", **fields) -> User:
    """Thầy Lâm teaches at another school of another ward and must see nothing of ours."""
    other = make_school("Trường THCS Trần Đại Nghĩa", ward=make_ward("Phường Dĩ An"))
    return make_teacher(full_name, school=other, **fields)


def make_officer(
    full_name: str = "Phạm Quốc Huy",
    *,
    role: str = OfficeRole.DEPARTMENT,
    areas: tuple = (),
    second_factor: bool = True,
    **fields,
) -> User:
    """An officer of the department; ``role=OfficeRole.WARD, areas=(ward,)`` for one of a ward."""
    user = make_user(full_name, **fields)
    if second_factor:
        enrol_second_factor(user)
    post = OfficerPost.objects.create(user=user, role=role)
    post.areas.set(areas)
    forget_roles(user)
    return user


def make_ward_officer(full_name: str = "Võ Thị Mai", *, ward: Area | None = None, **fields) -> User:
    return make_officer(full_name, role=OfficeRole.WARD, areas=(ward or make_ward(),), **fields)


def make_year(day: date | None = None) -> SchoolYear:
    """The school year around ``day`` (today), in two terms that leave no day of it out."""
    day = day or timezone.localdate()
    first = day.year if day.month >= 8 else day.year - 1
    year, created = SchoolYear.objects.get_or_create(
        name=f"{first}-{first + 1}", defaults={"starts_on": date(first, 8, 1), "ends_on": date(first + 1, 7, 31)}
    )
    if created:
        middle = date(first + 1, 1, 15)
        Term.objects.create(school_year=year, number=1, starts_on=year.starts_on, ends_on=middle)
        Term.objects.create(school_year=year, number=2, starts_on=middle + timedelta(days=1), ends_on=year.ends_on)
    return year


def make_class(name: str = "8A1", *, school: School | None = None, pupils: int = 0, **fields) -> ClassGroup:
    """A class of this school year, with ``pupils`` named pupils in it."""
    grade = int("".join(filter(str.isdigit, name[:2])) or 8)
    class_group = ClassGroup.objects.create(
        school=school or make_school(),
        school_year=fields.pop("school_year", None) or make_year(),
        name=name,
        grade=fields.pop("grade", grade),
        **fields,
    )
    for number in range(1, pupils + 1):
        make_pupil(f"Nguyễn Văn {_GIVEN_NAMES[number % len(_GIVEN_NAMES)]}", class_group=class_group)
    return class_group


_GIVEN_NAMES = ["An", "Ánh", "Bình", "Châu", "Dũng", "Đào", "Đức", "Giang", "Hà", "Khoa", "Linh", "Ơn", "Uyên", "Yến"]


def make_pupil(
    full_name: str = "Nguyễn Nhật Minh",
    *,
    school: School | None = None,
    class_group: ClassGroup | None = None,
    with_account: bool = False,
    **fields,
) -> Pupil:
    """Em Minh, a pupil of the school's register; ``with_account`` if he signs in (by username: no email)."""
    school = class_group.school if class_group else school or make_school()
    fields.setdefault("external_id", f"HS{next(_serial):06}")
    pupil = Pupil.objects.create(school=school, full_name=full_name, source="test", **fields)
    if class_group:
        since = min(timezone.localdate(), class_group.school_year.starts_on)  # tests also look at days of this year
        Enrolment.objects.create(pupil=pupil, class_group=class_group, started_on=since)
    if with_account:
        pupil.user = make_user(full_name, email=None)
        pupil.save(update_fields=["user"])
    return pupil


def give_consent(
    *pupils: Pupil, purpose: str = ConsentPurpose.TAKE_PART, givers: tuple[str, ...] = ()
) -> list[Consent]:
    """Everybody who must (or just ``givers``) has agreed to today's text about these pupils."""
    load_consent_texts()
    today = timezone.localdate()
    text = current_texts(today)[purpose]
    rows = [
        Consent(
            pupil=pupil,
            purpose=purpose,
            text_version=text.version,
            giver=giver,
            state=ConsentState.GIVEN,
            given_by_name="Nguyễn Văn Long" if giver == ConsentGiver.GUARDIAN else pupil.full_name,
            channel=ConsentChannel.PAPER,
            evidence_hash="e" * 64,
            given_at=timezone.now(),
            school_id=pupil.school_id,
            alone=len(givers_needed(purpose, pupil.birth_date, today)) == 1,
        )
        for pupil in pupils
        for giver in givers or sorted(givers_needed(purpose, pupil.birth_date, today))
    ]
    Consent.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pupil", "purpose", "text_version", "giver"],
        update_fields=["state", "given_by_name", "channel", "evidence_hash", "given_at", "school", "alone"],
    )
    return list(Consent.objects.filter(pupil__in=pupils, purpose=purpose, state=ConsentState.GIVEN))
