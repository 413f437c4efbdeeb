"""Confirming that a report is frozen."""

from __future__ import annotations

from django import forms

from programs.core.idempotency import IdempotentFormMixin


class FreezeForm(IdempotentFormMixin, forms.Form):
    """A question answered by sending it."""
