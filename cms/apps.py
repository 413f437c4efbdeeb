from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = _("Website")

    def ready(self) -> None:
        from cms import personal, receivers, second_factor, trip_subjects  # noqa: F401


class PeopleConfig(WagtailUsersAppConfig):
    user_viewset = "cms.users.PersonViewSet"
