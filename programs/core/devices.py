"""A device on which somebody has signed in before; a cookie remembers it, and for whom.

It opens nothing. It only tells the owner of an account from a stranger who guesses at it (``core/throttle.py``). The
cookie holds a number of the device and, for each account, a keyed hash that nobody can make for another one.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

COOKIE = "known_device"
MOST_PEOPLE = 30  # of a device in a computer room; the latest stay
LASTS = 365 * 24 * 3600


def device_known_to(request: HttpRequest, person_id: int) -> str:
    """The number of the device if this person has signed in on it before, else an empty text."""
    device, proofs = _read(request)
    proof = _proof(device, person_id)
    return device if device and any(constant_time_compare(proof, each) for each in proofs) else ""


def remember_device(request: HttpRequest, response: HttpResponse, *, person_id: int) -> None:
    device, proofs = _read(request)
    device = device or get_random_string(22)
    proof = _proof(device, person_id)
    kept = [proof, *(each for each in proofs if each != proof)][:MOST_PEOPLE]
    response.set_cookie(
        COOKIE,
        ":".join([device, *kept]),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    device, *proofs = request.COOKIES.get(COOKIE, "").split(":")
    is_ours = len(device) == 22 and device.isascii() and device.isalnum()
    return (device, proofs[:MOST_PEOPLE]) if is_ours else ("", [])


def _proof(device: str, person_id: int) -> str:
    return salted_hmac("programs.core.devices", f"{device}:{person_id}", algorithm="sha256").hexdigest()[:24]
