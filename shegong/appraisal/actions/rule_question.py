"""The city's answer to a question that many findings put to a rule."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.models import RuleQuestion
from shegong.appraisal.queries.finding import is_city
from shegong.appraisal.rules.finding import TEXT_LENGTH, text_problem
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.scope import Viewer


@transaction.atomic
def answer_question(question: RuleQuestion, answer: str, text: str, *, by: Viewer, at: datetime) -> RuleQuestion:
    """Keep the rule, change it, or clarify it, with reasons. Raises Problem at text; 403; 409 when it is answered."""
    if not is_city(by):
        raise Problem("not_yours", _("由市级答复。"), status=403)
    found = RuleQuestion.objects.select_for_update().get(pk=question.pk)
    if found.answered_at is not None:
        raise Problem("answered", _("这条反馈已经答复。"), status=409)
    words = clean_text(text, TEXT_LENGTH, "text").strip()
    raise_any([text_problem(words, "text")])
    found.answer, found.text, found.answered_at, found.answered_by_id = answer, words, at, by.account_id
    found.save()
    log("answer_rule_question", "rule_question", found.pk, by=by.account_id, at=at, detail={"answer": answer})
    return found
