from __future__ import annotations

import unicodedata
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.accounts.reading import passphrase_letters, username_as_kept
from programs.core.fates import ACT, GOES, LASTS, OWN, REWRITTEN, SECRET, SHOWN, UNSAID, row_until
from programs.core.text import clean_text, name_sort_key


def one_spelling(password: str | None) -> str | None:
    """Normalise ``ế``, which keyboards send as one or two characters, so that a password is the same either way.

    Three words from the portal's own list are also the same without accents.
    """
    if password is None:
        return None
    return passphrase_letters(password) or unicodedata.normalize("NFC", password)


# As long as the account exists; an erasure empties and closes it.
ACCOUNT = REWRITTEN | LASTS


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields) -> User:
        """Create a person who can sign in; without ``password`` only through a link or code."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> User:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Pupils have no email and sign in with a username. Permissions come from memberships in schools, centres
    and offices, never from a flag on this model."""

    IS_A_PERSON = True
    PII = {
        "username": ACCOUNT | SHOWN, "email": ACCOUNT | SHOWN, "full_name": ACCOUNT | SHOWN,
        "sort_key": ACCOUNT | UNSAID, "password": ACCOUNT | UNSAID,
    }  # fmt: skip
    username = models.CharField(_("username"), max_length=150, unique=True)
    email = models.EmailField(_("email"), null=True, blank=True, unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    sort_key = models.CharField(max_length=400, editable=False, db_index=True)
    language = models.CharField(
        _("language"), max_length=5, default="vi", choices=[("vi", _("Vietnamese")), ("en", _("English"))]
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the back office"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    session_round = models.PositiveIntegerField(default=0, editable=False)  # the next round ends every session

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["sort_key"]
        verbose_name, verbose_name_plural = _("person"), _("people")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")) & ~models.Q(username__contains="@"),
                name="one_spelling_of_a_username",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """One namespace: ``HANH`` and ``Hạnh`` are ``hanh``, for a form too, before it asks whether a name is free."""
        return username_as_kept(username)

    def save(self, *args, **kwargs) -> None:
        self.username = self.normalize_username(self.username)
        self.full_name = clean_text(self.full_name)
        self.sort_key = name_sort_key(self.full_name)
        self.email = (self.email or "").lower() or None
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session is good for one password and one round: closing an account, for one, begins another."""
        return f"{super()._get_session_auth_hash(secret)}:{self.session_round}"

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(one_spelling(raw_password))

    def check_password(self, raw_password: str) -> bool:
        return super().check_password(one_spelling(raw_password))

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        """The given name, which is how Vietnamese people are addressed."""
        return self.full_name.split()[-1] if self.full_name else self.username


class SignInCardQuerySet(models.QuerySet):
    def open(self) -> SignInCardQuerySet:
        """Cards that are neither used nor voided; they may have expired."""
        return self.filter(used_at__isnull=True, voided_at__isnull=True)

    def usable(self, now: datetime) -> SignInCardQuerySet:
        return self.open().filter(expires_at__gt=now, user__is_active=True)


class SignInCard(models.Model):
    """A single-use printed card with which a person without email opens an account, or regains access to it.

    Only a keyed hash of its code is stored; voided, used and expired cards are kept as history.
    """

    PII = {"user": GOES | row_until("accounts.sign_in_cards") | OWN, "issued_by": ACT, "code_hash": SECRET}
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_cards")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = SignInCardQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        verbose_name, verbose_name_plural = _("sign-in card"), _("sign-in cards")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(used_at__isnull=True, voided_at__isnull=True),
                name="one_open_card_per_person",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
