"""Requests about data in every state: one near its date, one that is late, one that the department handles."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from programs.accounts.models import User
from programs.data_rights.actions import requests
from programs.data_rights.choices import RefusalGround, Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.pupils.models import ClassGroup, Pupil
from stem_portal.demo import cast

K = RequestKind


def build_requests(*, people: dict[str, User], minh: Pupil, now: datetime) -> None:
    """At the cast's school, handled by its coordinator; and the student's own, which goes to the department."""
    bao = people["bao"]
    group = (
        ClassGroup.objects.filter(school__name=cast.HOME_SCHOOL, name="8A1").order_by("-school_year__starts_on").first()
    )
    others = Pupil.objects.filter(enrolments__class_group=group, enrolments__ended_on=None).exclude(pk=minh.pk)
    first, second, third, fourth, fifth = others.order_by("sort_key")[:5]
    _ask(minh, K.CORRECT, "Em sinh ngày 05/09, trong hệ thống ghi 09/05.", now, days=0, requester=Requester.PUPIL)
    _ask(first, K.ACCESS, "Gia đình muốn xem dữ liệu của cháu.", now, days=1)
    late = _ask(second, K.RESTRICT, "Xin tạm dừng dùng ảnh của cháu.", now, days=9)
    _identified(late, bao)
    erase = _ask(third, K.ERASE, "Gia đình chuyển đi nơi khác, xin xóa dữ liệu của cháu.", now, days=21)
    _answered(erase, bao, "Nhà trường sẽ xóa trong thời hạn. Giấy chứng nhận đã cấp vẫn giữ số, không còn tên.")
    refused = _ask(fourth, K.ERASE, "Xin xóa toàn bộ.", now, days=30)
    requests.refuse(
        request_id=refused.pk, ground=RefusalGround.NOT_ENTITLED,
        words="Người gửi chưa phải là người đại diện hợp pháp của học sinh.", by=bao,
    )  # fmt: skip
    done = _ask(fifth, K.OBJECT, "Không đồng ý đưa dự án lên trang trưng bày.", now, days=24)
    requests.extend(request_id=done.pk, reason="Cần hỏi lại ban tổ chức cuộc thi", by=bao)
    _answered(done, bao, "Nhà trường đã gỡ dự án khỏi trang trưng bày.")
    requests.finish(request_id=done.pk, words="Đã gỡ. Tên em không còn trên trang công khai.", by=bao)
    _ask_for_student(people["vy"], now)
    requests.warn_handlers(today=timezone.localdate(now))


def _ask(
    pupil: Pupil, kind: str, text: str, now: datetime, *, days: int, requester: str = Requester.GUARDIAN
) -> DataRequest:
    name = pupil.full_name if requester == Requester.PUPIL else pupil.guardian_name or "Phụ huynh"
    return requests.ask(
        kind=kind, pupil=pupil, person=None, requester=requester, requester_name=name, text=text,
        by=pupil.user if requester == Requester.PUPIL else None, key=f"demo-{pupil.pk}-{kind}",
        received_at=now - timedelta(days=days),
    )  # fmt: skip


def _ask_for_student(vy: User, now: datetime) -> None:
    requests.ask(
        kind=K.ACCESS, pupil=None, person=vy, requester=Requester.PERSON, requester_name=vy.full_name,
        text="Em muốn biết cổng lưu gì về em.", by=vy, key="demo-vy", received_at=now - timedelta(hours=20),
    )  # fmt: skip


def _identified(request: DataRequest, by: User) -> None:
    requests.identify(request_id=request.pk, how="Phụ huynh đến văn phòng, giáo viên chủ nhiệm nhận ra", by=by)


def _answered(request: DataRequest, by: User, words: str) -> None:
    _identified(request, by)
    requests.answer(request_id=request.pk, words=words, by=by)
