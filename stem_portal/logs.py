"""Logging: never the secret in a URL, which would give access to anyone reading the log."""

import logging
import re

# Links of registrations, invitations, guardians and new passwords; codes of certificates, which lead to a pupil's name.
_SECRET = re.compile(r"(/(?:claims|invitations|verify|reset/key|confirm-email|g)/)[^/\s\"']+")


def without_secrets(text: str) -> str:
    return _SECRET.sub(r"\1…", text)


class LineFormatter(logging.Formatter):
    """One line, and the traceback under it, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def event_without_secrets(event: dict, hint: dict) -> dict:
    """The same for what is reported to Sentry."""
    request = event.get("request", {})
    if "url" in request:
        request["url"] = without_secrets(request["url"])
    if "logentry" in event:
        event["logentry"] = {"message": without_secrets(str(event["logentry"].get("formatted", "")))}
    return event
