"""How allauth behaves here: who may come, and how guessing is slowed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation, by claiming a school, or by a card from their teacher."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count by account and address together.

        By address alone one pupil's guesses would lock out the whole school behind one router; by account alone
        anyone could lock out a colleague from afar.
        """
        login = credentials.get("email") or credentials.get("username") or ""
        return f"{self.get_client_ip(request)}:{login.casefold()}"
