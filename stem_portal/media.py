"""Editors' pictures, served as pictures and as nothing else.

Only the renditions that the portal made itself have an address. Originals may carry where and by whom they were
taken, documents leave through Wagtail's own view, and pupils' files live in another storage that has no address.
"""

from pathlib import PurePosixPath

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe
from django.views.static import serve

FOLDER = "images"
KINDS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"}


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    parts = PurePosixPath(path).parts
    if len(parts) != 2 or parts[0] != FOLDER or PurePosixPath(path).suffix.lower() not in KINDS:
        raise Http404
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    # A picture removed after a withdrawn consent is gone everywhere within five minutes.
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
