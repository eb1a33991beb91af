"""Forms of certificates, registrations, hours and courses. They only read what was typed; the rules judge it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, moment_field
from shegong.kernel.uploads.keeping import Brought
from shegong.network.models import Station
from shegong.workforce.actions.credential import RequestDraft
from shegong.workforce.enums import CertificateLevel, LearningKind, RequestKind
from shegong.workforce.models import Enrolment
from shegong.workforce.rules.learning import CourseDraft, LearningDraft

TAKEN = "image/jpeg,image/png,image/webp,application/pdf"
XLSX = ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COURSE_KINDS = [(each.value, each.label) for each in LearningKind if each != LearningKind.DEGREE]


def file_field(label: Any, hint: Any = "") -> forms.FileField:
    """A photo or a PDF."""
    widget = forms.FileInput(attrs={"accept": TAKEN, "hx-preserve": "true"})
    return forms.FileField(label=label, help_text=hint, required=False, allow_empty_file=True, widget=widget)


class WithFile(forms.Form):
    """A form with one file that proves what is said."""

    def brought(self) -> Brought | None:
        """The file that was chosen, if one was."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        return Brought(file.read(), file.name or "") if file else None


class RequestForm(WithFile):
    """A certificate, its first registration or a renewal; each kind has the fields that it needs."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    level = forms.ChoiceField(label=_("证书级别"), choices=CertificateLevel.choices, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("证书编号"), widget=forms.TextInput(attrs={"autocomplete": "off", "data-no-draft": True})
    )
    issued_on = day_field(_("发证日期"))
    since = day_field(_("登记起始日期"))
    note = forms.CharField(label=_("说明"), required=False, help_text=_("逾期或中断过的，请写明原因。"))
    file = file_field(_("证书照片或 PDF"), _("最大 10 MB。照片里的拍摄地点等信息会去掉，内容加密保存。"))

    def __init__(self, *args: Any, kind: RequestKind, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind == RequestKind.CERTIFICATE:
            unused = ["since", "note"]
            if not own:
                self.fields["file"].help_text = _("可以以后由本人补传。")
        else:
            unused = ["issued_on"] if kind == RequestKind.REGISTRATION else ["issued_on", "level"]
            self.fields["number"].required = False
            self.fields["number"].label = _("登记证书编号")
            self.fields["file"].label = _("登记证明照片或 PDF")
        for name in unused:
            del self.fields[name]

    def draft(self) -> RequestDraft:
        """What was typed, for the action."""
        data = self.cleaned_data
        return RequestDraft(
            kind=self.kind.value,
            level=data.get("level", ""),
            number=data["number"],
            issued_on=data.get("issued_on"),
            since=data.get("since"),
            note=data.get("note", ""),
        )


class ApproveForm(forms.Form):
    """A word to who asked."""

    answer = forms.CharField(label=_("审核意见"), required=False)


class DeclineForm(forms.Form):
    """Why not."""

    answer = forms.CharField(label=_("退回原因"), help_text=_("例如：照片看不清编号，请重拍。"))


class LearningForm(WithFile):
    """Hours of continuing education."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("类型"), choices=LearningKind.choices)
    title = forms.CharField(label=_("名称"), help_text=_("培训、课程、论文或学历的名称。"))
    organiser = forms.CharField(label=_("主办单位"), required=False)
    learned_on = day_field(_("完成日期"))
    hours = forms.IntegerField(
        label=_("学时"),
        help_text=_("按证明上的学时填写；学历学位教育计 90 学时，只计一次。"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    file = file_field(_("证明照片或 PDF"), _("结业证书、论文首页等；学历学位教育必须上传。"))

    def draft(self) -> LearningDraft:
        """What was typed, for the action."""
        data = self.cleaned_data
        return LearningDraft(data["kind"], data["title"], data["learned_on"], data["hours"], data["organiser"])


class CourseForm(forms.Form):
    """A course."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station = forms.TypedChoiceField(label=_("主办站点"), coerce=int)
    title = forms.CharField(label=_("名称"))
    kind = forms.ChoiceField(label=_("类型"), choices=COURSE_KINDS)
    starts_at = moment_field(_("开始"))
    ends_at = moment_field(_("结束"))
    enrol_until = moment_field(_("报名截止"))
    place = forms.CharField(label=_("地点或网址"))
    teacher = forms.CharField(label=_("讲师"), required=False)
    hours = forms.IntegerField(label=_("学时"), widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    capacity = forms.IntegerField(label=_("名额"), widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    is_city_wide = forms.BooleanField(label=_("全市社工都可以报名"), required=False, initial=True)
    about = forms.CharField(label=_("内容"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, stations: Iterable[Station] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), each.name) for each in stations]
        if choices:
            cast(forms.ChoiceField, self.fields["station"]).choices = choices
        else:
            del self.fields["station"]

    def draft(self) -> CourseDraft:
        """What was typed, for the action."""
        return CourseDraft(
            **{name: value for name, value in self.cleaned_data.items() if name not in ("key", "station")}
        )


class CancelForm(forms.Form):
    """Why something won't be."""

    reason = forms.CharField(label=_("取消原因"), help_text=_("报名的人会看到这条原因。"))


class AttendanceForm(forms.Form):
    """Who came."""

    came = forms.MultipleChoiceField(label=_("到场的人"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, listed: Iterable[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), f"{each.name} · {each.station.name}") for each in listed]
        cast(forms.MultipleChoiceField, self.fields["came"]).choices = choices


class RegisterForm(forms.Form):
    """The register's spreadsheet."""

    file = forms.FileField(
        label=_("登记名册（XLSX）"),
        allow_empty_file=True,
        help_text=_("需要这些列：姓名、证书编号、级别、登记日期、有效期至。"),
        widget=forms.FileInput(attrs={"accept": XLSX, "hx-preserve": "true"}),
    )
