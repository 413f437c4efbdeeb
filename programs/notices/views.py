"""A person's own messages, and for administrators the letters that perhaps reached nobody."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.notices import actions, policy
from programs.notices.choices import MessageState
from programs.notices.emails import text_as_html
from programs.notices.models import Message
from programs.notices.queries import messages_visible_to, undelivered_visible_to
from programs.notices.rules import again_refusal

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


# --- Letters that perhaps reached nobody ---------------------------------------------------------
@require_safe
@signed_in
def letter_list(request: HttpRequest) -> HttpResponse:
    """What failed or broke off, to whom and why; never the text."""
    not_found_unless(policy.may_see_undelivered(request.user))
    page = Paginator(undelivered_visible_to(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    letters = [(message, again_refusal(message)) for message in page]
    return render(request, "notices/letter_list.html", {"page_obj": page, "letters": letters})


class LetterAct(Act):
    back_url = reverse_lazy("letter_list")

    def get_target(self, pk: int) -> Message:
        return get_object_or_404(undelivered_visible_to(self.user), pk=pk)

    @property
    def name(self) -> str:
        return self.target.recipient.full_name if self.target.recipient else self.target.to_address


class SendAgain(LetterAct):
    title = gettext_lazy("Send this letter once more?")
    submit = gettext_lazy("Send once more")
    done = gettext_lazy("The letter is on its way again. If it fails once more, it comes back to this list.")

    @property
    def text(self) -> str:
        if self.target.state == MessageState.UNCERTAIN:
            said = _("“{subject}” to {name}. It may have arrived already: then it arrives twice.")
        else:
            said = _("“{subject}” to {name}. It goes to the address that this person has now.")
        return said.format(subject=self.target.subject, name=self.name)

    def act(self, form) -> Message:
        return actions.send_again(message_id=self.target.pk, by=self.user)


class SettleLetter(LetterAct):
    title = gettext_lazy("Settle this letter without sending it?")
    submit = gettext_lazy("Settle")
    danger = True
    done = gettext_lazy("Settled. The letter is not sent any more.")

    @property
    def text(self) -> str:
        said = _("“{subject}” to {name} leaves this list for good. Do this once the person was told in another way.")
        return said.format(subject=self.target.subject, name=self.name)

    def act(self, form) -> Message:
        return actions.settle_letter(message_id=self.target.pk, by=self.user)
