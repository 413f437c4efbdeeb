"""Which website people need a second factor: those who publish, or manage people and settings."""

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q
from wagtail.models import GroupPagePermission

from programs.accounts.hooks import require_second_factor

PUBLISHING = ("publish_page", "bulk_delete_page", "lock_page", "unlock_page")
ADMINISTERED = ("user", "group", "site", "locale", "workflow", "task", "sitesettings")


@require_second_factor
def publishers() -> Q:
    rights = GroupPagePermission.objects.filter(group__user=OuterRef("pk"), permission__codename__in=PUBLISHING)
    return Q(Exists(rights))


@require_second_factor
def administrators() -> Q:
    rights = Permission.objects.filter(content_type__model__in=ADMINISTERED)
    return Q(Exists(rights.filter(group__user=OuterRef("pk")))) | Q(Exists(rights.filter(user=OuterRef("pk"))))
