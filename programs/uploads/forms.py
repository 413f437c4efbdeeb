"""The form without JavaScript: one file, up to 20 MB."""

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.idempotency import IdempotentFormMixin
from programs.uploads.choices import MEGABYTE, PLAIN_BYTES


class PlainUploadForm(IdempotentFormMixin):
    upload = forms.FileField(label=_("File"), allow_empty_file=True)

    def clean_upload(self):
        file = self.cleaned_data["upload"]
        if file.size > PLAIN_BYTES:
            raise forms.ValidationError(
                _("This form takes up to {most} MB. Larger files need a browser with JavaScript.").format(
                    most=PLAIN_BYTES // MEGABYTE
                ),
                code="too_big",
            )
        return file
