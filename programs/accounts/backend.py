"""The person of a request."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet
from django.http import HttpRequest

from programs.accounts.models import User
from programs.accounts.queries import lacking, person_called
from programs.core.prepared import Prepared


def _person(user_id: int) -> QuerySet[User]:
    return User.objects.filter(pk=user_id).annotate(lacks_second_factor=lacking()).order_by()


_PERSON = Prepared(_person, user_id=-1)


class PortalBackend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        """Return the person, in one query with what every gate checks first: whether the second factor is missing."""
        person = next(iter(_PERSON.rows(user_id=int(user_id))), None)
        return person if person and self.user_can_authenticate(person) else None

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """One look-up and one password hash, whatever was typed and whether or not anybody is called so.

        allauth would try what was typed as an address and again as a name: twice the time for those who exist.
        """
        login = credentials.get("username") or credentials.get("email") or ""
        return self._check_password(person_called(login), credentials.get("password") or "")
