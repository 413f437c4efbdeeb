"""Where people are signed in."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from programs.accounts.models import User


def end_sessions(*, user: User, keep: str | None = None) -> int:
    """Sign the person out everywhere except the session with the key ``keep``; return how many ended."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep or ""))
    for session in sessions:
        session.end()
    return len(sessions)
