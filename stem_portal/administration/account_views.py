"""What an administrator does to an account or an office: one page each, with a reason."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.schools.models import OfficerPost
from stem_portal.administration import accounts, forms, queries
from stem_portal.administration.roles import may_administer


class PersonAct(Act):
    """For everybody else the page does not exist."""

    form_class = forms.ReasonForm

    def get_target(self, pk: int) -> User:
        return get_object_or_404(queries.people_visible_to(self.user), pk=pk)

    @property
    def back_url(self) -> str:
        return reverse("person_roles", args=[self.target.pk])

    @property
    def text(self) -> str:
        return f"{self.target.full_name} · {self.target.email or self.target.username}"


class CloseAccount(PersonAct):
    title = _("Close this account?")
    submit = _("Close the account")
    danger = True
    done = _("The account is closed. Nobody is signed in with it any more, and the person has been told.")

    def act(self, form: forms.ReasonForm) -> None:
        accounts.close_account(person=self.target, by=self.user, **form.cleaned_data)


class ReopenAccount(PersonAct):
    title = _("Reopen this account?")
    submit = _("Reopen the account")
    done = _("The account is open again. The person signs in anew and has been told.")

    def act(self, form: forms.ReasonForm) -> None:
        accounts.reopen_account(person=self.target, by=self.user, **form.cleaned_data)


class ChangeAddress(PersonAct):
    form_class = forms.AddressForm
    title = _("Change the email address")
    submit = _("Replace the address")
    done = _("The address is replaced. Every device is signed out; the old and the new address have been told.")

    def act(self, form: forms.AddressForm) -> None:
        accounts.change_address(person=self.target, by=self.user, **form.cleaned_data)


class MakeAdministrator(PersonAct):
    title = _("Make this person an administrator?")
    submit = _("Make an administrator")
    danger = True
    done = _("This person is an administrator now and has been told.")
    is_one = True

    def act(self, form: forms.ReasonForm) -> None:
        accounts.make_administrator(person=self.target, is_one=self.is_one, by=self.user, **form.cleaned_data)


class UnmakeAdministrator(MakeAdministrator):
    title = _("End this administrator's rights?")
    submit = _("No longer an administrator")
    done = _("This person is no administrator any more and has been told.")
    is_one = False


class AppointOfficer(PersonAct):
    form_class = forms.OfficeForm
    title = _("Appoint to an office")
    submit = _("Appoint")
    done = _("The appointment is made, and the person has been told.")

    def act(self, form: forms.OfficeForm) -> OfficerPost:
        return accounts.appoint_officer(person=self.target, by=self.user, **form.cleaned_data)


class RemoveOfficer(PersonAct):
    title = _("Remove from this office?")
    submit = _("Remove from the office")
    danger = True
    done = _("The office is vacated, and the person has been told.")

    def get_target(self, pk: int) -> OfficerPost:
        not_found_unless(may_administer(self.user))
        return get_object_or_404(queries.posts_visible_to(self.user), pk=pk)

    @property
    def back_url(self) -> str:
        return reverse("person_roles", args=[self.target.user_id])

    @property
    def text(self) -> str:
        return f"{self.target.user.full_name} · {self.target.get_role_display()}"

    def act(self, form: forms.ReasonForm) -> None:
        accounts.remove_officer(post=self.target, by=self.user, **form.cleaned_data)
