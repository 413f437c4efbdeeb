"""The one view of every act: gate, form, action, refusal beside its field, message, way back."""

from __future__ import annotations

import pytest
from django import forms
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from programs.core.acting import Act
from programs.core.idempotency import IdempotentFormMixin
from programs.core.models import Holiday
from programs.core.refusals import Refused
from programs.core.versions import VersionedFormMixin, refuse_if_stale
from stem_portal import urls as portal
from tests.core.test_idempotency import TET, add_holiday
from tests.forms import forms_of
from tests.pages import main_of
from tests.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.test_acting")]


class AddForm(IdempotentFormMixin):
    name = forms.CharField()


class AddHoliday(Act):
    form_class = AddForm
    title = _("Season")
    submit = _("Save")
    back_url = "/me/"

    def act(self, form: AddForm) -> Holiday:
        return add_holiday(by=self.user, key=form.key, **form.values)

    def said(self, holiday: Holiday) -> str:
        return f"Đã ghi {holiday.name}."

    def way_back(self, holiday: Holiday) -> str:
        return reverse("act_remove", args=[holiday.pk])


class RemoveHoliday(Act):
    context_object_name = "holiday"
    danger = True
    done = _("Done")

    def get_target(self, pk: int) -> Holiday:
        found = Holiday.objects.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def may(self, user, holiday: Holiday) -> bool:
        return user.full_name != "Hoàng Văn Lâm"

    def instead(self) -> HttpResponse | None:
        return HttpResponse("Ngày này đã qua.") if self.target.name == "Đã qua" else None

    @property
    def title(self) -> str:
        return f"Xóa {self.target.name}?"

    def act(self, form) -> None:
        self.target.delete()

    def way_back(self, nothing: None) -> str:
        return reverse("act_add")


class EditForm(VersionedFormMixin):
    name = forms.CharField(label="Tên")
    kind = forms.ChoiceField(label="Loại", choices=[("a", "Nghỉ lễ"), ("b", "Nghỉ bù")])
    days = forms.MultipleChoiceField(label="Ngày", choices=[("1", "Thứ Hai"), ("2", "Thứ Ba")], required=False)
    starts_on = forms.DateField(label="Từ ngày", widget=forms.DateInput(format="%d/%m/%Y"))
    whole = forms.BooleanField(label="Cả ngày", required=False)


STORED = {"name": "Tết", "kind": "a", "days": ["1"], "starts_on": TET, "whole": True}


class EditHoliday(Act):
    form_class = EditForm
    stored = STORED

    def get_initial(self) -> dict:
        return self.stored

    def act(self, form: EditForm) -> None:
        refuse_if_stale(form.cleaned_data["version"], self.stored)

    def way_back(self, nothing: None) -> str:
        return "/me/"


class Open(AddHoliday):
    public = True
    http_method_names = ["post"]

    def act(self, form: AddForm) -> None:
        raise Refused.because("taken", "Tên này đã có.", "name")

    def answer(self, nothing: None) -> HttpResponse:
        return HttpResponse("file")


urlpatterns = [
    path("act/add/", AddHoliday.as_view(), name="act_add"),
    path("act/remove/<int:pk>/", RemoveHoliday.as_view(), name="act_remove"),
    path("act/edit/", EditHoliday.as_view(), name="act_edit"),
    path("act/open/", Open.as_view(), name="act_open"),
    *portal.urlpatterns,
]


@pytest.fixture
def hanh(client):
    person = make_user("Trần Thị Hạnh")
    client.force_login(person)
    return person


def holiday(name: str = "Tết") -> Holiday:
    return Holiday.objects.create(name=name, starts_on=TET, ends_on=TET)


def test_a_stranger_is_led_to_sign_in_and_back(client):
    for send in (client.get, client.post):
        answer = send("/act/add/?x=1")
        assert (answer.status_code, answer["Location"].partition("next=")[2]) == (302, "/act/add/%3Fx%3D1")


def test_other_methods_are_refused_before_the_gate(client, hanh):
    assert client.delete("/act/remove/1/").status_code == 405
    assert client.options("/act/add/").status_code == 405
    assert client.head("/act/add/").status_code == 200
    assert client.get("/act/open/").status_code == 405


def test_the_gate_the_policy_and_what_stands_instead(client, hanh):
    assert client.get("/act/remove/9/").status_code == 404
    past = holiday("Đã qua")
    assert client.get(f"/act/remove/{past.pk}/").content.decode() == "Ngày này đã qua."
    assert client.post(f"/act/remove/{past.pk}/").content.decode() == "Ngày này đã qua."
    client.force_login(make_user("Hoàng Văn Lâm"))
    for send in (client.get, client.post):
        assert send(f"/act/remove/{past.pk}/").status_code == 403
    assert Holiday.objects.count() == 1


def test_an_act_without_a_form_asks_only_whether(client, hanh):
    row = holiday()
    page = client.get(f"/act/remove/{row.pk}/")
    assert page.context["holiday"] == row
    assert "Xóa Tết?" in main_of(page)
    assert "btn danger" in main_of(page)
    answer = client.post(f"/act/remove/{row.pk}/", follow=True)
    assert answer.redirect_chain == [("/act/add/", 302)]
    assert "Đã xong" in answer.content.decode()
    assert Holiday.objects.count() == 0


def test_done_it_says_so_and_leads_to_the_result(client, hanh):
    answer = client.post("/act/add/", {"name": "Tết", "idempotency_key": "k"}, follow=True)
    assert answer.redirect_chain == [(f"/act/remove/{Holiday.objects.get().pk}/", 302)]
    assert "Đã ghi Tết." in answer.content.decode()
    assert client.post("/act/add/", {"name": "Tết", "idempotency_key": "k"}).status_code == 302
    assert Holiday.objects.count() == 1


def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(client, hanh):
    holiday()
    page = client.post("/act/add/", {"name": "Tết", "idempotency_key": "k"})
    assert page.status_code == 200
    assert page.context["form"].errors == {"name": ["taken"]}
    assert page.context["form"]["name"].value() == "Tết"
    assert page.context["form"]["idempotency_key"].value() not in {"k", ""}


def test_a_key_with_other_contents_leads_to_what_exists(client, hanh):
    client.post("/act/add/", {"name": "Tết", "idempotency_key": "k"})
    answer = client.post("/act/add/", {"name": "Quốc khánh", "idempotency_key": "k"})
    page = main_of(answer)
    assert f'href="/act/remove/{Holiday.objects.get().pk}/"' in page
    assert "Quốc khánh" in page


def test_a_public_act_is_for_everybody(client, monkeypatch):
    page = client.post("/act/open/", {"name": "Tết", "idempotency_key": "k"})
    assert page.context["form"].errors == {"name": ["Tên này đã có."]}
    monkeypatch.setattr(Open, "act", lambda self, form: None)
    assert client.post("/act/open/", {"name": "Tết", "idempotency_key": "k"}).content == b"file"


def test_a_stale_version_shows_both_values_of_what_differs(client, hanh, monkeypatch):
    typed = forms_of(client.get("/act/edit/").content.decode())[-1].filled()
    assert typed["starts_on"] == ["06/02/2027"]
    assert client.post("/act/edit/", typed).status_code == 302
    now = STORED | {"kind": "b", "days": ["1", "2"], "whole": False}
    monkeypatch.setattr(EditHoliday, "stored", now)
    page = client.post("/act/edit/", typed | {"name": "Tết Nguyên đán"})
    assert [(each.label, each.stored, each.typed) for each in page.context["form"].differences] == [
        ("Tên", "Tết", "Tết Nguyên đán"),
        ("Loại", "Nghỉ bù", "Nghỉ lễ"),
        ("Ngày", "Thứ Hai, Thứ Ba", "Thứ Hai"),
        ("Cả ngày", "không", "có"),
    ]
    assert page.context["form"]["name"].value() == "Tết Nguyên đán"
    again = forms_of(page.content.decode())[-1].filled()
    assert again["version"] != typed["version"]
    assert client.post("/act/edit/", again).status_code == 302


def test_a_version_tells_nobody_what_it_is_made_of(client, hanh, settings):
    version = EditForm(initial=STORED)["version"].value()
    assert len(version) == 16
    settings.SECRET_KEY = "another secret"
    assert EditForm(initial=STORED)["version"].value() != version
