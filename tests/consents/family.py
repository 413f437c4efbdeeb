"""What a guardian sends through the door, and a scan of a paper form."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from tests.people import PASSWORD

TAKE_PART, PHOTO, SHOWCASE, PARTNER = ConsentPurpose.values
GUARDIAN, PUPIL = ConsentGiver.GUARDIAN, ConsentGiver.PUPIL
GIVEN, REFUSED = ConsentState.GIVEN, ConsentState.REFUSED


def years_ago(years: int) -> date:
    return timezone.localdate() - timedelta(days=366 * years)


BY_TELEPHONE = {"guardian": "other", "name": "Trần Thị Nga", "relation": "mẹ", "reason": "Mẹ em gọi điện"}


def with_secret(client, password: str = PASSWORD):
    """The pupil types their own secret once more."""
    assert client.post(reverse("account_reauthenticate"), {"password": password}).status_code == 302
    return client


def door(issued) -> str:
    return reverse("guardian_door", args=[issued.token])


def typed(page, **answers) -> dict:
    """What the guardian's form sends: its own hidden fields, a name, and the answers that were chosen."""
    form = page.context["form"]
    hidden = {field.html_name: field.value() for field in form.hidden_fields()}
    return hidden | {"name": "Nguyễn Văn Long", "relation": "cha"} | answers


def answer(client, issued, **answers):
    page = client.get(door(issued))
    return client.post(door(issued), typed(page, **answers) | {"step": "send"})


def scan(name: str = "phieu.png", colour: str = "white") -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (60, 80), colour).save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue())
