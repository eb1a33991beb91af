"""How forms look everywhere: label above, hint below, error at the field and in a summary on top."""

from django.forms.renderers import DjangoTemplates


class FormRenderer(DjangoTemplates):
    """Django's renderer with our templates; named in settings as FORM_RENDERER."""

    form_template_name = "kernel/forms/form.html"
    field_template_name = "kernel/forms/field.html"
