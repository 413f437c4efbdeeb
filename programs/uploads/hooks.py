"""What a large file is for: the registry that later wings fill.

A wing that takes files registers one purpose, once, in its own ``hooks.py``:

    class ProjectFiles(Purpose):
        code = "projects.file"                      # kept with each file: never reused for something else
        label = _("File of a project")

        def terms(self, user, target): ...          # may this person send a file into this target now, and which?
        def keep(self, upload, file): ...           # the file passed every check: make it yours
        def page(self, target): ...                 # where the sender finds what the file belongs to

    register(ProjectFiles())

``target`` is the number of a row of that wing: a slot of a project, an answer of a form. The page of that row includes
``components/upload.html`` (see its head), or links to ``upload_send`` with the code and the number.

**terms** asks the wing's own gate and rule. It returns None where this person may not see the target: the answer is 404
like a missing one. It raises ``PermissionDenied`` (403) or ``Refused`` (in words, 409) where they may not send now. It
is asked to show the page, and once more inside the transaction that begins an upload, under the lock of the sender's
account. A quota that several accounts share needs a lock of its own there (of the target's row); what is under way
counts with ``queries.bytes_under_way``. It is not asked again for each piece: what was begun in time may arrive until
its ``ends_at``, else seven days.

**keep** runs in the transaction that makes the file *kept*, with the upload locked. ``file.key`` and
``file.preview_key`` are keys of private storage that belong to the purpose from here on: write them into columns whose
fate says ``FILE``. Raise ``Refused`` and the file is refused with these words instead (the slot was closed meanwhile, a
report of at most 15 pages has 16); nothing that ``keep`` wrote stays. It may be called again only after a call that
was rolled back. ``file.sha256`` is of the bytes that the person sent, ``file.kept_sha256`` of what others get.

What is never the purpose's care: the protocol, content checks, metadata, viruses, letters about a refusal, expiry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from programs.uploads.choices import FileKind

if TYPE_CHECKING:
    from programs.accounts.models import User
    from programs.uploads.models import Upload


@dataclass(frozen=True)
class Quota:
    """How much of a space is taken; ``words`` name whose it is ("this project", "your school")."""

    words: str | Promise
    used_bytes: int
    most_bytes: int


@dataclass(frozen=True)
class Terms:
    """What may be sent into a target now. ``ends_at`` is the moment after which no piece is taken any more."""

    kinds: Sequence[FileKind]
    most_bytes: int
    quotas: Sequence[Quota] = field(default=())
    ends_at: datetime | None = None

    @property
    def in_words(self) -> str:
        """The kinds, for a page."""
        return ", ".join(str(FileKind(kind).label) for kind in self.kinds)


@dataclass(frozen=True)
class KeptFile:
    """A file that passed every check, with what the check found out."""

    key: str
    name: str
    kind: FileKind
    content_type: str
    size: int
    sha256: str
    kept_sha256: str
    received_at: datetime  # when its last byte came
    preview_key: str = ""
    pages: int | None = None
    seconds: int | None = None


class Purpose:
    """What files are sent for; see the head of this file."""

    code: str
    label: str | Promise

    def terms(self, user: User, target: int) -> Terms | None:
        raise NotImplementedError

    def keep(self, upload: Upload, file: KeptFile) -> None:
        raise NotImplementedError

    def page(self, target: int) -> str:
        """The address that shows the target."""
        raise NotImplementedError


PURPOSES: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    if purpose.code in PURPOSES:
        raise ValueError(f"Two purposes are called {purpose.code!r}.")
    PURPOSES[purpose.code] = purpose
    return purpose
