from django.apps import AppConfig


class FrameConfig(AppConfig):
    """The frame: settings, urls, static files and the commands that see the whole house."""

    name = "stem_portal"
    label = "frame"
    verbose_name = "STEM Portal"
