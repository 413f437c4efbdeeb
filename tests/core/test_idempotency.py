"""A form that is sent twice is done once; the same key with other contents is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from programs.accounts.models import User
from programs.core.idempotency import body_hash, once
from programs.core.models import Holiday, IdempotencyRecord, Term
from programs.core.refusals import Refused
from tests.people import make_user, make_year

pytestmark = pytest.mark.django_db
TET = date(2027, 2, 6)


@dataclass(frozen=True)
class Days:
    first: date
    last: date


@transaction.atomic
@once("test.holiday", returns=Holiday)
def add_holiday(*, name: str, by: User, key: str, starts_on: date = TET) -> Holiday:
    """A holiday of one day. Raises ``Refused`` when its name is taken."""
    if Holiday.objects.filter(name=name).exists():
        raise Refused.because("taken", "taken", "name")
    return Holiday.objects.create(name=name, starts_on=starts_on, ends_on=starts_on)


@transaction.atomic
@once("test.holidays", returns=Holiday)
def add_holidays(*, names: list[str], by: User, key: str) -> list[Holiday]:
    """Several at once."""
    return [Holiday.objects.create(name=name, starts_on=TET, ends_on=TET) for name in names]


@transaction.atomic
@once("test.count")
def count_up(*, by: User, key: str) -> int:
    """How many holidays there are after this one more."""
    Holiday.objects.create(name="Tết", starts_on=TET, ends_on=TET)
    return Holiday.objects.count()


@pytest.fixture
def hanh() -> User:
    return make_user("Trần Thị Hạnh")


def code_of(refused) -> str:
    return refused.value.refusal.code


def test_the_same_key_with_the_same_contents_gives_the_first_result(hanh):
    first = add_holiday(name="Tết", by=hanh, key="k")
    assert add_holiday(name="Tết", by=hanh, key="k") == first
    assert Holiday.objects.count() == 1


def test_what_is_left_out_counts_as_its_default(hanh):
    first = add_holiday(name="Tết", by=hanh, key="k")
    assert add_holiday(name="Tết", starts_on=TET, by=hanh, key="k") == first


def test_the_same_key_with_other_contents_is_refused_and_knows_what_exists(hanh):
    first = add_holiday(name="Tết", by=hanh, key="k")
    with pytest.raises(Refused) as refused:
        add_holiday(name="Quốc khánh", by=hanh, key="k")
    assert code_of(refused) == "key_reused"
    assert refused.value.earlier == first
    assert Holiday.objects.get() == first


def test_two_people_may_draw_the_same_key(hanh):
    add_holiday(name="Tết", by=hanh, key="k")
    add_holiday(name="Quốc khánh", by=make_user("Lê Văn Phúc"), key="k")
    assert Holiday.objects.count() == 2


def test_one_key_in_two_acts_is_two_keys(hanh):
    add_holiday(name="Tết", by=hanh, key="k")
    assert count_up(by=hanh, key="k") == 2


def test_after_a_refusal_the_same_key_may_be_tried_again(hanh):
    Holiday.objects.create(name="Tết", starts_on=TET, ends_on=TET)
    with pytest.raises(Refused) as refused:
        add_holiday(name="Tết", by=hanh, key="k")
    assert code_of(refused) == "taken"
    assert IdempotencyRecord.objects.count() == 0
    corrected = add_holiday(name="Quốc khánh", by=hanh, key="k")
    assert add_holiday(name="Quốc khánh", by=hanh, key="k") == corrected


def test_several_rows_come_back_in_their_order(hanh):
    first = add_holidays(names=["Tết", "Quốc khánh", "Giỗ Tổ"], by=hanh, key="k")
    again = add_holidays(names=["Tết", "Quốc khánh", "Giỗ Tổ"], by=hanh, key="k")
    assert [row.name for row in again] == ["Tết", "Quốc khánh", "Giỗ Tổ"]
    assert again == first
    assert add_holidays(names=[], by=hanh, key="nothing") == add_holidays(names=[], by=hanh, key="nothing") == []


def test_a_plain_answer_is_kept_as_it_was(hanh):
    assert count_up(by=hanh, key="k") == 1
    Holiday.objects.create(name="Quốc khánh", starts_on=TET, ends_on=TET)
    assert count_up(by=hanh, key="k") == 1


def test_an_act_that_gives_a_row_and_names_no_table_is_a_mistake_of_ours(hanh):
    @transaction.atomic
    @once("test.row")
    def make(*, by: User, key: str) -> Holiday:
        """Its row could not be found again."""
        return Holiday.objects.create(name="Tết", starts_on=TET, ends_on=TET)

    with pytest.raises(TypeError):
        make(by=hanh, key="k")
    assert Holiday.objects.count() == 0


def test_an_act_that_cannot_be_answered_again_says_so(hanh):
    def already_made(**arguments):
        raise Refused.because("already_made", f"{arguments['name']} was made.")

    @transaction.atomic
    @once("test.secret", again=already_made)
    def make_secret(*, name: str, by: User, key: str) -> object:
        """Answers with something that is kept nowhere."""
        return object()

    make_secret(name="Tết", by=hanh, key="k")
    with pytest.raises(Refused) as refused:
        make_secret(name="Tết", by=hanh, key="k")
    assert code_of(refused) == "already_made"
    with pytest.raises(Refused) as refused:
        make_secret(name="Quốc khánh", by=hanh, key="k")
    assert code_of(refused) == "key_reused"


def test_what_was_made_and_is_gone_is_not_made_again(hanh):
    add_holiday(name="Tết", by=hanh, key="k").delete()
    with pytest.raises(Refused) as refused:
        add_holiday(name="Tết", by=hanh, key="k")
    assert code_of(refused) == "key_reused"
    assert Holiday.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_done(hanh):
    @once("test.alone")
    def alone(*, by: User, key: str) -> None:
        """Never reached."""
        Holiday.objects.create(name="Tết", starts_on=TET, ends_on=TET)

    with pytest.raises(transaction.TransactionManagementError):
        alone(by=hanh, key="k")
    assert (Holiday.objects.count(), IdempotencyRecord.objects.count()) == (0, 0)


def test_the_function_keeps_its_own_face(hanh):
    assert add_holiday.__name__ == "add_holiday"
    assert "Refused" in add_holiday.__doc__
    with pytest.raises(TypeError):
        add_holiday(name="Tết", by=hanh)
    with pytest.raises(TypeError):
        add_holiday("Tết", by=hanh, key="k")


def test_an_act_that_names_nobody_or_no_key_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="key"):

        @once("test.nobody")
        def nobody(*, by: User) -> None:
            """Has no key."""


# --- What counts as the same contents -----------------------------------------------------------
def same(one: object, other: object) -> bool:
    return body_hash({"value": one}) == body_hash({"value": other})


def scan(data: bytes, name: str = "giay.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_file_counts_by_its_name_and_its_bytes_and_can_still_be_read():
    file = scan(b"%PDF-1")
    assert same(file, scan(b"%PDF-1"))
    assert not same(file, scan(b"%PDF-2"))
    assert not same(file, scan(b"%PDF-1", "khac.pdf"))
    assert file.read() == b"%PDF-1"


def test_a_row_counts_by_its_table_and_number():
    term = make_year().terms.first()
    assert same(term, Term.objects.get(pk=term.pk))
    assert not same(term, term.school_year)
    assert not same(term, term.pk)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", 1), (1, True), (None, ""), (TET, date(2027, 2, 7)), (time(7), time(8)), (Decimal("1.0"), Decimal("1.5")),
        ([1, 2], [2, 1]), ({1, 2}, {1, 3}), ({"a": 1}, {"a": 2}), (b"a", b"b"), (Days(TET, TET), Days(TET, date.max)),
    ],
)  # fmt: skip
def test_different_contents_differ(one, other):
    assert same(one, one)
    assert not same(one, other)


def test_the_order_of_what_has_none_does_not_count():
    assert same({"Lê An", "Lê Ba", "Lê Tư"}, {"Lê Tư", "Lê Ba", "Lê An"})
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert same([1, 2], (1, 2))


@pytest.mark.parametrize("value", [object(), lambda: None, Holiday(name="Tết"), iter([1]), 1.5])
def test_what_has_no_plain_form_is_refused_loudly(value):
    with pytest.raises(TypeError):
        body_hash({"value": value})
