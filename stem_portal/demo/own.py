"""What schools did themselves this term: clubs, festivals, talks."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from programs.activities.choices import OwnKind
from programs.activities.models import OwnActivity
from programs.core.choices import Level
from programs.core.models import Term
from programs.schools.models import Membership, School, SchoolLevel

SMALL = {OwnKind.CLUB, OwnKind.STEM_DAY}
OWN_ACTIVITIES = [
    (OwnKind.CLUB, "Câu lạc bộ Robot: lắp xe dò đường", 90),
    (OwnKind.CLUB, "Câu lạc bộ Khoa học vui", 90),
    (OwnKind.FESTIVAL, "Ngày hội STEM cấp trường", 240),
    (OwnKind.FESTIVAL, "Ngày hội tái chế và sáng tạo", 210),
    (OwnKind.STEM_DAY, "Ngày STEM: thả diều đo gió", 180),
    (OwnKind.STEM_DAY, "Ngày STEM: trứng rơi không vỡ", 135),
    (OwnKind.TALK, "Kỹ sư trẻ kể chuyện nghề", 90),
    (OwnKind.TALK, "Nữ sinh với nghề công nghệ", 90),
    (OwnKind.OWN_VISIT, "Tham quan nhà máy xử lý nước Dĩ An", 240),
    (OwnKind.OWN_VISIT, "Tham quan trang trại rau thuỷ canh Phú Giáo", 300),
]


def build_own_activities(*, random: Random, schools: list[School], term: Term, today: date) -> None:
    """A third of the schools held clubs, festivals and talks themselves this term, and wrote them down."""
    days = max(1, (min(today, term.ends_on) - term.starts_on).days)
    staff = dict(Membership.objects.current().filter(school__in=schools).order_by("-pk").values_list("school", "user"))
    levels: dict[int, list[str]] = {school.pk: [] for school in schools}
    for pk, level in SchoolLevel.objects.exclude(level=Level.PRESCHOOL).order_by("pk").values_list("school", "level"):
        levels[pk].append(level)
    rows = []
    for school in schools:
        if school.pk not in staff or not levels[school.pk] or random.random() > 0.35:
            continue
        for kind, title, minutes in random.sample(OWN_ACTIVITIES, random.randint(1, 3)):
            pupils = random.randint(25, 60) if kind in SMALL else random.randint(120, 320)
            rows.append(
                OwnActivity(
                    school=school,
                    level=random.choice(levels[school.pk]),
                    kind=kind,
                    title=title,
                    held_on=term.starts_on + timedelta(days=random.randrange(days)),
                    minutes=minutes,
                    pupils=pupils,
                    girls=round(pupils * random.uniform(0.42, 0.56)),
                    teachers=random.randint(2, 4) if kind in SMALL else random.randint(6, 15),
                    evidence="Kế hoạch và hình ảnh lưu tại văn phòng nhà trường.",
                    reported_by_id=staff[school.pk],
                )
            )
    OwnActivity.objects.bulk_create(rows, batch_size=1000)
