from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "programs.core"
    verbose_name = _("Foundations")

    def ready(self) -> None:
        from programs.core import checks  # noqa: F401  (registers by being imported)

        # Wings speak for themselves: who must have a second factor, background work, personal data, and what they do
        # when something happens in an earlier wing.
        autodiscover_modules("policy", "tasks", "personal", "hooks")
