"""What came up at many stations, and the questions that it puts to the rules."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.appraisal.actions.rule_question import answer_question
from shegong.appraisal.enums import RuleAnswer
from shegong.appraisal.forms.finding import RuleAnswerForm
from shegong.appraisal.models import RuleQuestion
from shegong.appraisal.queries import finding as queries
from shegong.appraisal.views.frame import both_ways, correction_tabs
from shegong.kernel import clock
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role

SHOWN = 50


@require_GET
@requires(*queries.READERS)
def rule_questions(request: Request) -> HttpResponseBase:
    """The questions, those that wait first; and what came up most in the viewer's reach."""
    context = {
        "tabs": correction_tabs(request, "rule-questions"),
        "questions": list(queries.questions()[:SHOWN]),
        "common": queries.common(request.viewer, clock.today()),
        "may_answer": queries.is_city(request.viewer),
    }
    return render(request, "appraisal/rule_questions.html", context)


@both_ways
@requires(Role.CITY)
def rule_question_answer(request: Request, question_id: UUID) -> HttpResponseBase:
    """The city answers; a rule to be changed leads on to its draft."""
    found = RuleQuestion.objects.select_related("document", "item").filter(pk=question_id).first()
    if found is None:
        raise Http404
    form = RuleAnswerForm(request.POST or None)

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        answer_question(found, values["answer"], values["text"], by=request.viewer, at=clock.now())
        if values["answer"] == RuleAnswer.CHANGE:
            draft = reverse("appraisal:policy-draft", args=[found.document.code])
            return draft, _("已答复。请起草修订版，或改下一年度标准的草稿。")
        return reverse("appraisal:rule-questions"), _("已答复，条款页看得到。")

    note = _("%(title)s：%(count)s 个站点在一年内有同样的问题。") % {"title": found.title, "count": found.stations}
    back = reverse("appraisal:rule-questions")
    return answer_sheet(request, form, save, title=_("答复对规定的反馈"), submit=_("答复"), back=back, note=note)
