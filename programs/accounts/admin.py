"""People in the back office, to be looked up; their accounts change on the pages of administration."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from programs.accounts.actions import reset_second_factor
from programs.accounts.models import User
from programs.core.admin import ReadOnlyAdmin
from programs.core.text import clean_text


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("How you made sure this is the right person, e.g. you called the school's number."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        return clean_text(self.cleaned_data["reason"])


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["full_name", "username", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    search_fields = ["full_name", "username", "email"]
    fields = [
        "full_name", "username", "email", "language", "is_active", "is_staff", "is_superuser", "groups",
        "date_joined", "last_login",
    ]  # fmt: skip
    change_form_template = "admin/accounts/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        reset = self.admin_site.admin_view(self.reset_second_factor)
        return [path("<int:pk>/second-factor/", reset, name="accounts_user_second_factor"), *super().get_urls()]

    def reset_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reset a lost second factor once the identity of the person asking has been checked."""
        person = get_object_or_404(User, pk=pk)
        if person == request.user:  # administrators move their own factor on their account page, using the old one
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reset_second_factor(user=person, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(
                request, _("Done. %(name)s has been signed out everywhere and sent a message.") % {"name": person}
            )
            return redirect(reverse("admin:accounts_user_change", args=[pk]))
        title = _("Remove the second step from the account of %(name)s") % {"name": person}
        context = self.admin_site.each_context(request) | {"title": title, "form": form, "original": person}
        return TemplateResponse(request, "admin/accounts/user/second_factor.html", context | {"opts": self.opts})
