"""tus 1.0 as em Minh's telephone speaks it: what is right goes on, what is wrong is answered as the protocol says."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from programs.uploads.actions.receiving import expire_uploads
from programs.uploads.choices import CHUNK_BYTES, MEGABYTE, MOST_A_DAY, MOST_UNFINISHED, UploadState
from programs.uploads.models import Upload, UploadPart
from tests.people import make_user
from tests.uploads.conftest import CLOSED, FORBIDDEN, SMALL, signed_in
from tests.uploads.tus import BODY, Sender, checksum, metadata

pytestmark = pytest.mark.django_db


def bytes_stored(upload_url: str) -> bytes:
    found = b""
    for part in UploadPart.objects.filter(upload_id=upload_url.rpartition("/")[2]):
        with storages["private"].open(part.key) as file:
            found += file.read()
    return found


# --- What is right ------------------------------------------------------------------------------
def test_the_portal_says_what_it_speaks(sender):
    answer = sender.browser.options(reverse("upload_list"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer["Tus-Max-Size"]) > 500 * MEGABYTE


def test_a_file_comes_in_pieces_and_goes_on_where_it_stopped(sender):
    url = sender.begin(10)
    assert sender.patch(url, b"abcd").status_code == 204
    head = sender.head(url)
    assert (head.status_code, head["Upload-Offset"], head["Upload-Length"]) == (200, "4", "10")
    assert head["Cache-Control"] == "no-store"
    assert "GMT" in head["Upload-Expires"]
    answer = sender.patch(url, b"efghij", offset=4)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10")
    assert bytes_stored(url) == b"abcdefghij"
    assert Upload.objects.get().state == UploadState.RECEIVED


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_is_compared(sender, algorithm):
    url = sender.begin(4)
    wrong = sender.patch(url, b"abcd", **{"Upload-Checksum": checksum(b"abcx", algorithm)})
    assert wrong.status_code == 460
    assert sender.offset(url) == 0
    assert UploadPart.objects.count() == 0
    assert sender.patch(url, b"abcd", **{"Upload-Checksum": checksum(b"abcd", algorithm)}).status_code == 204


def test_a_method_may_be_named_in_a_header(sender):
    url = sender.begin(4)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert sender.browser.post(url, b"abcd", content_type=BODY, headers=headers).status_code == 204
    # Never of a link that somebody is made to follow: it carries no token.
    sender.browser.get(url, headers={"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE"})
    assert Upload.objects.get().state == UploadState.RECEIVED


def test_dropping_an_upload_deletes_its_bytes(sender, django_capture_on_commit_callbacks):
    url = sender.begin(10)
    sender.patch(url, b"abcd")
    key = UploadPart.objects.get().key
    with django_capture_on_commit_callbacks(execute=True):
        assert sender.delete(url).status_code == 204
    assert not storages["private"].exists(key)
    assert sender.head(url).status_code == 410
    assert sender.patch(url, b"efgh", offset=4).status_code == 410
    assert sender.delete(url).status_code == 410


def test_my_unfinished_uploads_are_the_portals_to_know(sender):
    said = metadata(purpose="tests.box", target=7, filename="phim.mp4", head="a" * 64)
    sender.begin(100, **{"Upload-Metadata": said})
    sender.patch(sender.begin(4), b"abcd")
    [known] = sender.browser.get(reverse("upload_unfinished")).json()["uploads"]
    assert (known["name"], known["length"], known["offset"], known["head"]) == ("phim.mp4", 100, 0, "a" * 64)


# --- What is wrong ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": None}, 412),
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": None}, 400),
        ({"Upload-Length": "-5"}, 400),
        ({"Upload-Length": "mười"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "9" * 40}, 400),
        ({"Upload-Length": "0"}, 400),
        ({"Upload-Length": "999999999999"}, 413),
        ({"Upload-Length": None, "Upload-Defer-Length": "1"}, 400),
        ({"Upload-Metadata": None}, 400),
        ({"Upload-Metadata": "purpose !!!"}, 400),
        ({"Upload-Metadata": metadata(purpose="tests.box", target="-1")}, 400),
        ({"Upload-Metadata": metadata(purpose="tests.box", target=7, head="xyz")}, 400),
    ],
)
def test_a_wrong_beginning_is_answered_as_the_protocol_says(sender, headers, status):
    answer = sender.create(10, **headers)
    assert answer.status_code == status
    assert answer["Tus-Version"] == "1.0.0"
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": None}, 412),
        ({"Upload-Offset": None}, 400),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "zwei"}, 400),
        ({"Upload-Offset": "3"}, 409),
        ({"Upload-Checksum": "md5 abcd"}, 400),
        ({"Upload-Checksum": "sha256 ***"}, 400),
    ],
)
def test_a_wrong_piece_is_answered_as_the_protocol_says(sender, headers, status):
    url = sender.begin(10)
    answer = sender.patch(url, b"abcd", **headers)
    assert answer.status_code == status
    assert answer["Tus-Resumable"] == "1.0.0"
    assert sender.offset(url) == 0


def test_another_type_of_body_is_refused(sender):
    assert sender.patch(sender.begin(10), b"abcd", content_type="application/json").status_code == 415


def test_more_than_was_declared_is_refused(sender):
    url = sender.begin(10)
    assert sender.patch(url, b"abcdefghijk").status_code == 413
    assert sender.offset(url) == 0


def test_more_than_8_mb_in_one_piece_is_refused(sender):
    url = sender.begin(100 * MEGABYTE)
    assert sender.patch(url, b"x" * (CHUNK_BYTES + 1)).status_code == 413
    assert sender.offset(url) == 0


def test_a_piece_without_a_length_is_refused(sender):
    """What a body is that comes in chunks of unknown number, only its end would tell."""
    url = sender.begin(10)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    answer = sender.browser.generic("PATCH", url, b"abcd", content_type=BODY, headers=headers, CONTENT_LENGTH="")
    assert answer.status_code == 411


def test_a_broken_line_keeps_what_came(sender):
    """The announced ten bytes end after four: those four have arrived."""
    url = sender.begin(10)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    environ = {"CONTENT_LENGTH": "10", "CONTENT_TYPE": BODY, "wsgi.input": BytesIO(b"abcd")}
    sender.browser.generic("PATCH", url, b"", content_type=BODY, headers=headers, **environ)
    assert sender.offset(url) == 4
    assert sender.patch(url, b"efghij", offset=4).status_code == 204
    assert bytes_stored(url) == b"abcdefghij"


def test_a_broken_line_keeps_nothing_of_a_piece_that_was_to_be_checked(sender):
    url = sender.begin(10)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Checksum": checksum(b"abcdefghij")}
    environ = {"CONTENT_LENGTH": "10", "CONTENT_TYPE": BODY, "wsgi.input": BytesIO(b"abcd")}
    assert sender.browser.generic("PATCH", url, b"", content_type=BODY, headers=headers, **environ).status_code == 400
    assert sender.offset(url) == 0


def test_the_last_piece_twice_is_once(sender):
    url = sender.begin(4)
    assert sender.patch(url, b"abcd").status_code == 204
    assert sender.patch(url, b"abcd").status_code == 409
    assert sender.patch(url, b"abcd", offset=4).status_code == 413
    assert sender.offset(url) == 4
    assert UploadPart.objects.count() == 1


def test_after_its_time_an_upload_is_gone(sender):
    url = sender.begin(10)
    sender.patch(url, b"abcd")
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sender.head(url).status_code == 410
    assert sender.patch(url, b"efgh", offset=4).status_code == 410
    assert expire_uploads(now=timezone.now()) == 1
    assert UploadPart.objects.count() == 0
    assert sender.head(url).status_code == 410


def test_a_file_in_crumbs_is_refused(sender):
    url = sender.begin(10)
    Upload.objects.update(pieces=500)
    assert sender.patch(url, b"a").status_code == 413


# --- Whose --------------------------------------------------------------------------------------
def test_nobody_else_finds_my_upload(sender, box):
    url = sender.begin(10)
    lam = Sender(signed_in(make_user("Vũ Đình Lâm")))
    assert lam.head(url).status_code == 404
    assert lam.patch(url, b"abcd").status_code == 404
    assert lam.delete(url).status_code == 404
    assert lam.browser.get(url).status_code == 404
    assert lam.browser.get(reverse("upload_unfinished")).json() == {"uploads": []}
    assert sender.offset(url) == 0


def test_a_request_of_another_site_has_no_token(minh, box):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(minh)
    assert Sender(browser).create(10).status_code == 403
    token = browser.get(reverse("upload_send", args=["tests.box", 7])).cookies["csrftoken"].value
    headers: dict[str, Any] = {"X-CSRFToken": token}
    assert Sender(browser).create(10, **headers).status_code == 201


def test_the_purpose_says_who_may(sender):
    assert sender.create(10, target=3).status_code == 404
    assert sender.create(10, purpose="nobody").status_code == 404
    assert sender.create(10, target=FORBIDDEN).status_code == 403
    closed = sender.create(10, target=CLOSED)
    assert (closed.status_code, closed.content.decode()) == (409, "Hộp thư đã đóng.")


# --- How much -----------------------------------------------------------------------------------
def test_a_full_space_is_said_in_words(sender):
    sender.begin(2 * MEGABYTE, target=SMALL)
    answer = sender.create(2 * MEGABYTE, target=SMALL)
    assert answer.status_code == 413
    assert "hộp thư" in answer.content.decode()
    assert "3 MB" in answer.content.decode()


def test_an_account_has_so_many_unfinished_files(sender, minh, box):
    for _number in range(MOST_UNFINISHED):
        sender.begin(10)
    assert sender.create(10).status_code == 413
    an = Sender(signed_in(make_user("Lê Thị An")))
    assert an.create(10).status_code == 201


def test_an_account_sends_so_much_a_day(sender, minh):
    begun = {"owner": minh, "purpose": "tests.box", "target": 7, "kinds": "pdf", "expires_at": timezone.now()}
    Upload.objects.bulk_create(
        Upload(**begun, name=f"{number}.pdf", declared=10, state=UploadState.ABORTED) for number in range(MOST_A_DAY)
    )
    answer = sender.create(10)
    assert answer.status_code == 413
    assert str(MOST_A_DAY) in answer.content.decode()
    Upload.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert sender.create(10).status_code == 201
