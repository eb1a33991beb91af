"""Texts of forms in templates: `{% load catalogue %}`."""

from collections.abc import Mapping

from django import template

from shegong.catalogue.rules.language import spoken as in_readers_language

register = template.Library()


@register.filter
def spoken(text: Mapping[str, str] | None) -> str:
    """A form's text in the reader's language."""
    return in_readers_language(text or {})
