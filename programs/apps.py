from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    label = "programs"
    verbose_name = _("STEM programmes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from programs import checks, second_factor, tasks  # noqa: F401  (registration by import)
