"""What each role sees and does on the website, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, Reach, Role, does, sees

PERMISSIONS = [
    sees(
        _("the published lessons, field trips, policies and news, and searching them"),
        EVERYBODY,
        "search",
        "news_feed",
        reach=Reach.ALL,
    ),
    does(
        _("write pages for the website in Wagtail; moderators can also publish them"),
        (Role.EDITOR, Role.ADMINISTRATOR),
        "wagtailadmin_home",
        "wagtailadmin_explore_root",
        reach=Reach.ALL,
    ),
    does(_("manage the site's settings and groups in Wagtail"), (Role.ADMINISTRATOR,), "wagtailsites:index"),
]
