"""What lies in a document slot, the space that files may take, and the verbs in the log."""

from django.utils.translation import gettext_lazy as _

from programs.competitions.choices import SlotKind
from programs.uploads.choices import FileKind

AUDIT_ACTIONS = {
    "document.attach": _("Added a file to a document of the project"),
    "document.link": _("Added a link to a document of the project"),
    "document.remove": _("Removed a file or a link from a document of the project"),
    "document.answer": _("Answered whether a document is needed"),
}

# What large files are called by the wing that takes them; a link is no file.
FILE_KINDS = {
    SlotKind.PDF: FileKind.PDF,
    SlotKind.IMAGE: FileKind.PHOTOGRAPH,
    SlotKind.SLIDES: FileKind.SLIDES,
    SlotKind.VIDEO: FileKind.VIDEO,
}
