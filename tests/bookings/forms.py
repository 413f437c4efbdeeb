"""The form of a booking as a teacher fills it in, and what it is refused for."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from programs.centres.models import Session
from programs.core.refusals import Refused
from tests.centres.make import book


def key_of(response) -> str:
    return re.search(r'name="idempotency_key" value="([^"]+)"', response.content.decode())[1]


def wish(world, **changes) -> dict:
    return {
        "class_group": str(world.class_8a1.pk),
        "pupils": "38",
        "adults": "2",
        "contact_phone": "0912 345 678",
        "needs": "Một em dùng xe lăn",
        "note": "",
        "idempotency_key": "hanh-1",
    } | changes


def send(client: Client, session: Session, data: dict):
    return client.post(reverse("session_book", args=[session.pk]), data)


def refusal_of(world, **changes) -> Refused:
    with pytest.raises(Refused) as caught:
        book(changes.pop("session", world.session), changes.pop("class_group", world.class_8a1), world.hanh, **changes)
    return caught.value
