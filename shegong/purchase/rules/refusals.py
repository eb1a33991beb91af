"""What the database refuses about purchases, in words: for what happens between a look and a write."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

STEP: Final = _("项目状态已经变化，请刷新后再试。")
REFUSALS: Final = {
    "purchase_project_step": (STEP, None),
    "purchase_project_stands": (STEP, None),
    "purchase_project_by": (STEP, None),
    "purchase_project_money": (_("项目的预算没有预留足，或还有预留没有释放。"), None),
    "purchase_project_method": (_("按采购方式规则，这个预算不能采用此方式。"), "method"),
    "purchase_project_bidding_days": (_("响应期太短。"), "deadline"),
    "purchase_project_criteria": (_("评审因素的分值合计应为 100 分。"), None),
    "purchase_project_invitations": (_("邀请的供应商太少。"), "organisations"),
    "purchase_project_sealed": (_("响应截止后才能开标，并且要由两个人共同开启。"), None),
    "purchase_project_bidders": (_("有效响应的供应商不足，不能继续。"), None),
    "purchase_project_panel": (_("评审小组还没有全部提交评分。"), None),
    "purchase_project_best": (_("只能由得分最高的供应商成交。"), None),
    "purchase_project_notice": (_("成交公告期未满，不能签约。"), None),
    "purchase_project_objection": (_("还有质疑没有答复，不能签约。"), None),
    "purchase_project_as_awarded": (_("合同与成交结果不一致。"), None),
    "purchase_project_buyer": (_("购买主体应为国家机关。"), "buyer"),
    "purchase_project_hub": (_("只能选择本区(市)县的站点。"), "stations"),
    "purchase_project_term": (_("政府购买服务合同最长不超过三年。"), "until"),
    "purchase_project_no_dispatch": (
        _("招聘人员、劳务派遣和公益性岗位不得作为政府购买服务的内容（财政部令第102号）。"),
        "title",
    ),
    "purchase_bid_in_time": (_("响应截止时间已过，不再接收或撤回。"), None),
    "purchase_bid_final": (STEP, None),
    "purchase_document_fixed": (_("采购文件已经发出或删除，不能再改。"), None),
    "purchase_bid_one_each": (_("已经递交过；要修改请先撤回。"), None),
    "purchase_bid_qualified": (_("没有在有效期内的登记证书，或有失信记录，不能参加采购。"), None),
    "purchase_bid_invited": (_("这个项目没有邀请您的机构。"), None),
    "purchase_bid_within_budget": (_("报价不能超过预算。"), "price"),
    "purchase_bid_labour_floor": (_("人力成本占比低于要求。"), "labour_share"),
    "purchase_panel_in_time": (STEP, None),
    "purchase_panel_unrelated": (_("与参加采购的供应商有利害关系，应当回避。"), "account"),
    "purchase_panel_assessor": (_("只能选择评审专家。"), "account"),
    "purchase_panel_complete": (_("还有没有评分的项目。"), None),
    "purchase_panelmember_once": (_("已经在评审小组里。"), "account"),
    "purchase_score_in_place": (STEP, None),
    "purchase_objection_of_bidder": (_("只有参加采购的供应商能对成交结果提出质疑。"), None),
    "purchase_objection_final": (_("已经答复过。"), None),
    "purchase_methodrule_one_at_a_time": (_("今天已经改过这条规则，明天才能再改。"), None),
}


def refusal(rule: str) -> Problem | None:
    """The Problem (409) for a rule of the database; None for one that isn't ours."""
    if rule not in REFUSALS:
        return None
    text, field = REFUSALS[rule]
    return Problem(rule.removeprefix("purchase_"), text, field, status=409)
