"""Blocks from which pages are built: each prints accessible HTML, none takes raw HTML."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from programs.core.forms import WholeNumberField

RICH_TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link"]


class WholeNumberBlock(blocks.IntegerBlock):
    """A number that an editor types; for migrations an ``IntegerBlock`` like any other."""

    canonical_module_path = "wagtail.blocks.IntegerBlock"

    def __init__(self, **options) -> None:
        super().__init__(**options)
        kept = {name: options[name] for name in ("required", "min_value", "max_value") if name in options}
        self.field = WholeNumberField(**kept)


class PictureBlock(ImageBlock):
    """A picture: its alternative text may be empty only when the editor says that it is decoration."""

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "cms/blocks/picture.html"


class TableBlock(blocks.StructBlock):
    """A table whose first row names its columns; rows are lines of cells."""

    caption = blocks.CharBlock(label=_("Caption"), max_length=200)
    header = blocks.ListBlock(blocks.CharBlock(label=_("Column")), label=_("Columns"), min_num=2, max_num=6)
    rows = blocks.ListBlock(
        blocks.ListBlock(blocks.CharBlock(label=_("Cell"), required=False), label=_("Row")), label=_("Rows"), min_num=1
    )
    first_column_is_header = blocks.BooleanBlock(
        label=_("The first cell of each row names the row"), required=False, default=True
    )

    def clean(self, value):
        cleaned = super().clean(value)
        width = len(cleaned["header"])
        if any(len(row) != width for row in cleaned["rows"]):
            raise blocks.StructBlockValidationError(
                block_errors={"rows": ValidationError(_("Every row must have as many cells as there are columns."))}
            )
        return cleaned

    class Meta:
        icon = "table"
        label = _("Table")
        template = "cms/blocks/table.html"


class QuoteBlock(blocks.StructBlock):
    quote = blocks.TextBlock(label=_("Quotation"))
    source = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "cms/blocks/quote.html"


class DownloadBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Link text"))
    document = DocumentChooserBlock(label=_("Document"))

    class Meta:
        icon = "doc-full"
        label = _("Document to download")
        template = "cms/blocks/download.html"


class BodyBlock(blocks.StreamBlock):
    """The free part of a page."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", max_length=150, template="cms/blocks/heading.html", form_classname="title"
    )
    text = blocks.RichTextBlock(
        label=pgettext_lazy("part of a page", "Text"), features=RICH_TEXT_FEATURES, template="cms/blocks/text.html"
    )
    picture = PictureBlock()
    table = TableBlock()
    quote = QuoteBlock()
    download = DownloadBlock()


class PointsBlock(blocks.StreamBlock):
    """A list of short sentences."""

    point = blocks.TextBlock(label=_("Point"), rows=2, icon="list-ul")


class MaterialBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Material"), max_length=200)
    quantity = blocks.CharBlock(label=_("Quantity for one group"), max_length=200)
    cost_vnd = WholeNumberBlock(label=_("Cost (đồng)"), min_value=0, default=0)

    class Meta:
        icon = "clipboard-list"
        label = _("Material")


class MaterialsBlock(blocks.StreamBlock):
    material = MaterialBlock()


class CriterionBlock(blocks.StructBlock):
    criterion = blocks.CharBlock(label=_("Criterion"), max_length=150)
    good = blocks.TextBlock(label=pgettext_lazy("mark", "Good"), rows=2)
    fair = blocks.TextBlock(label=pgettext_lazy("mark", "Fair"), rows=2)
    passed = blocks.TextBlock(label=pgettext_lazy("mark", "Pass"), rows=2)
    not_yet = blocks.TextBlock(label=pgettext_lazy("mark", "Not yet"), rows=2)

    class Meta:
        icon = "tick"
        label = _("Criterion")


class RubricBlock(blocks.StreamBlock):
    criterion = CriterionBlock()


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=150)
    minutes = WholeNumberBlock(label=_("Minutes"), min_value=1, max_value=600)
    teacher = blocks.TextBlock(label=_("What the teacher does"))
    pupils = blocks.TextBlock(label=_("What the pupils do"))

    class Meta:
        icon = "arrow-right"
        label = _("Step")


class StepsBlock(blocks.StreamBlock):
    step = StepBlock()


class StageBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=150)
    minutes = WholeNumberBlock(label=_("Minutes"), min_value=1, max_value=600)
    text = blocks.TextBlock(label=_("What happens"), required=False)

    class Meta:
        icon = "time"
        label = _("Stage of the visit")


class ScheduleBlock(blocks.StreamBlock):
    stage = StageBlock()
