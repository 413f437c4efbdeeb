"""People in Wagtail's own admin: one full name, and passwords that only their owners know."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserEditForm, UserForm
from wagtail.users.views.users import DeleteView, EditView, IndexView, UserViewSet

from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.policy import must
from programs.core.text import clean_name


class PersonForm(UserForm):
    first_name = last_name = None  # Wagtail expects both; names here are written as one
    full_name = forms.CharField(label=_("full name"), max_length=150)
    email = forms.EmailField(required=False, label=_("email"))

    is_superuser = None  # administrators are made on the pages of administration, with a reason

    class Meta:
        model = User
        fields = ["username", "email", "full_name", "groups"]
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def clean_email(self) -> str | None:
        address = (self.cleaned_data["email"] or "").lower()
        owner = person_with_email(address)
        if owner and owner.pk != self.instance.pk:
            raise forms.ValidationError(_("An account with this email address already exists."))
        return address or None

    def save(self, commit: bool = True) -> User:
        """People created here set a password through “Forgotten your password?”."""
        if self.instance.pk is None:
            self.instance.set_password(None)
        return super().save(commit)


class PersonEditForm(PersonForm, UserEditForm):
    """Here a person gets a place among the editors; what concerns the account has acts of its own."""

    is_active = None

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("username", "email", "full_name"):
            self.fields[name].disabled = True


class PeopleIndex(IndexView):
    @property
    def search_fields(self) -> set[str]:
        return {"username", "full_name", "email"}

    def get_delete_url(self, instance: User) -> None:
        return None


class PersonEdit(EditView):
    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.can_delete = False


class NoDelete(DeleteView):
    def dispatch(self, request: HttpRequest, *args, **kwargs) -> None:
        """Accounts are closed, not deleted, so that past actions keep their author."""
        must(False)


class PersonViewSet(UserViewSet):
    index_view_class, edit_view_class, delete_view_class = PeopleIndex, PersonEdit, NoDelete

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return PersonEditForm if for_update else PersonForm
