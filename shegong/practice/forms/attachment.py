"""Forms of attachments."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from shegong.practice.enums import AttachmentKind

TAKEN = "image/jpeg,image/png,image/webp,application/pdf"


class AttachForm(forms.Form):
    """A file to attach: chosen, or just taken with the camera."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("选择文件"),
        required=False,
        allow_empty_file=True,
        help_text=_("照片（JPEG、PNG、WebP）或 PDF，最大 10 MB。照片会缩小，拍摄地点等信息会去掉。"),
        widget=forms.FileInput(attrs={"accept": TAKEN, "hx-preserve": "true"}),
    )
    camera = forms.FileField(
        label=_("或者现在拍照"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment", "hx-preserve": "true"}),
    )
    kind = forms.ChoiceField(
        label=_("这是什么"), choices=AttachmentKind.choices, initial=AttachmentKind.DOCUMENT, widget=forms.RadioSelect
    )
    caption = forms.CharField(label=_("说明"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """One of the two fields must hold a file."""
        cleaned = super().clean() or self.cleaned_data
        if not self.chosen() and "file" not in self.errors:
            self.add_error("file", forms.ValidationError(_("请选择文件，或拍一张照片。"), code="file_missing"))
        return cleaned

    def chosen(self) -> UploadedFile | None:
        """The file: the photo just taken if there is one."""
        return self.cleaned_data.get("camera") or self.cleaned_data.get("file")

    @property
    def field_at_fault(self) -> str:
        """Where a problem with the file is to be shown."""
        return "camera" if self.cleaned_data.get("camera") else "file"


class RemoveForm(forms.Form):
    """Why something is taken out of sight."""

    reason = forms.CharField(label=_("删除原因"), help_text=_("例如：传错了人。删除后谁也打不开，这条原因会留下。"))
