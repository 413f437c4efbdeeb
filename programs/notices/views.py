"""A person's own messages."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from programs.core.gates import signed_in
from programs.notices import actions
from programs.notices.emails import text_as_html
from programs.notices.queries import messages_visible_to

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def message_list(request: HttpRequest) -> HttpResponse:
    """The list; a POST says that everything in it was read."""
    if request.method == "POST":
        actions.mark_all_read(by=request.user)
        return redirect("message_list")
    page = Paginator(messages_visible_to(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    unread = any(message.read_at is None for message in page)
    return render(request, "notices/message_list.html", {"page_obj": page, "unread": unread})


@require_safe
@signed_in
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(messages_visible_to(request.user), pk=pk)
    actions.mark_read(message=message, by=request.user)
    return render(request, "notices/message_detail.html", {"message": message, "body": text_as_html(message.body_text)})
