"""Pages that most people open: `python -m benchmarks.pages`."""

from __future__ import annotations

import asyncio
import sys

from benchmarks import client
from benchmarks.harness import Plan, Server, figures_of, json_line, place, say, side_by_side

ROUNDS = 5
REQUESTS = 200  # in a round
AT_ONCE = 4  # requests under way: both workers always have something to do
TEACHER = "hanh"


def plan_of(path: str, cookies: dict[str, str]) -> Plan:
    request = {"path": path, "cookies": cookies}
    return Plan(lanes=[[request] * (REQUESTS // AT_ONCE)] * AT_ONCE)


def cases() -> dict[str, str]:
    """The path of each case."""
    from django.db.models import Count, Q
    from django.urls import reverse
    from django.utils import timezone

    from cms.models import CurriculumPage, FieldTripPage, HomePage

    coming = Q(field_trip__sessions__starts_at__gt=timezone.now())
    trips = FieldTripPage.objects.live().filter(locale__language_code="vi")
    in_vietnamese = {"locale__language_code": "vi"}
    return {
        "home": HomePage.objects.live().filter(**in_vietnamese).first().get_url_parts()[2],
        "curriculum": CurriculumPage.objects.live().filter(**in_vietnamese).order_by("pk").first().get_url_parts()[2],
        "field trip with live seats": trips.annotate(coming=Count("field_trip__sessions", filter=coming))
        .order_by("-coming", "pk")
        .first()
        .get_url_parts()[2],
        "teacher's desk": reverse("desk"),
    }


def queries_of(path: str) -> int:
    """Statements of the page for the teacher when caches are warm; public pages are read by a visitor."""
    from django.test import Client
    from django.urls import reverse

    from benchmarks.inside import statements
    from programs.accounts.models import User

    browser = Client()
    if path == reverse("desk"):
        browser.force_login(User.objects.get(username=TEACHER))
    browser.get(path)
    return statements(lambda: browser.get(path))


def measure(case: str, path: str, *, portal: Server, floor: Server, cookies: dict[str, str]) -> str:
    say(f"  {case}: {path}")
    floor_plan, plan = plan_of("/page/", {}), plan_of(path, cookies)
    for server, warm_up in ((floor, floor_plan), (portal, plan)):
        server.load(warm_up)
    portal.forget_peak()
    tallies = side_by_side(rounds=ROUNDS, portal=portal, floor=floor, plan=lambda _: plan, floor_plan=floor_plan)
    return json_line(
        bench="pages", case=case, queries=queries_of(path), peak_mb=portal.peak_mb(), **figures_of(*tallies)
    )


def main() -> int:
    with place() as (portal, floor):
        from django.conf import settings
        from django.urls import reverse

        teacher = asyncio.run(
            client.sign_in(
                portal.address, path=reverse(settings.LOGIN_URL), name=TEACHER, password=settings.DEMO_PASSWORD
            )
        )
        lines = [
            measure(case, path, portal=portal, floor=floor, cookies=teacher if case == "teacher's desk" else {})
            for case, path in cases().items()
        ]
    print("\n".join(lines))
    return int(any('"errors": 0' not in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())
