"""Every address of the portal. Vietnamese has no prefix, English lives under /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from cms.views import robots
from stem_portal import health, views
from stem_portal.media import media
from stem_portal.styleguide import styleguide

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("media/<path:path>", media, name="media"),
    path("backoffice/", admin.site.urls),
    # There is one way to sign in. These come before Wagtail's own, which do not know about second factors.
    path("cms/login/", views.to_sign_in),
    path("cms/password_reset/", views.to_password_reset),
    path("cms/password_reset/<path:rest>", views.to_password_reset),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("robots.txt", robots, name="robots"),
]
if settings.DEBUG:
    urlpatterns += i18n_patterns(path("styleguide/", styleguide, name="styleguide"), prefix_default_language=False)
urlpatterns += i18n_patterns(
    path("accounts/", include("programs.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("desk/", views.desk, name="desk"),
    path("desk/me/", views.me, name="me"),
    path("", include("stem_portal.administration.urls")),
    path("", include("programs.urls")),
    path("", include("cms.urls")),
    path("_util/login/", views.to_sign_in),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler429 = views.too_many_requests
handler500 = views.server_error
