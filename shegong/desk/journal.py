"""The journal as people read it: who did what, when and to whose file. Everybody sees the own part, the data-protection
officer all of it (the database's policy says so, the page only narrows).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shegong.journal.models import Event, Seal
from shegong.kernel.pages import page_of
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account

VERBS: Final[Mapping[str, str | Promise]] = {
    "sign_in": _("登录"),
    "sign_out": _("退出"),
    "lock": _("无人操作，自动锁定"),
    "start_display": _("用作展示屏"),
    "fail_sign_in": _("登录失败"),
    "fail_second_factor": _("两步验证失败"),
    "set_up_second_factor": _("开启两步验证"),
    "remove_second_factor": _("关闭两步验证"),
    "renew_recovery_codes": _("更换恢复码"),
    "change_password": _("修改密码"),
    "set_one_time_password": _("设置一次性密码"),
    "send_reset_link": _("发送重设密码链接"),
    "choose_language": _("选择语言"),
    "issue_token": _("发放访问令牌"),
    "revoke_token": _("撤销访问令牌"),
    "add": _("在后台新增"),
    "change": _("在后台修改"),
    "delete": _("在后台删除"),
    "register_client": _("建立服务对象档案"),
    "change_client": _("修改服务对象档案"),
    "reveal": _("查看号码或住址"),
    "open_restricted": _("打开受限档案"),
    "merge_clients": _("合并档案"),
    "undo_merge": _("撤销合并"),
    "give_consent": _("登记同意"),
    "withdraw_consent": _("撤回同意"),
    "look_up_name": _("查看档案姓名"),
    "record_request": _("登记个人请求"),
    "answer_request": _("答复个人请求"),
    "set_retention": _("设定保存期限"),
    "propose_erasure": _("提请匿名"),
    "approve_erasure": _("同意并执行匿名"),
    "decline_erasure": _("不同意匿名"),
    "forget_expired": _("删去到期的登记"),
    "add_contact": _("新增联系人"),
    "remove_contact": _("删除联系人"),
    "live_together": _("登记同住"),
    "live_apart": _("取消同住"),
    "change_family": _("修改家庭与社会关系"),
    "note_leave": _("登记休假"),
    "cancel_leave": _("取消休假"),
    "set_fair_range": _("设定合理工作量"),
    "record_service": _("记录服务"),
    "correct_record": _("更正服务记录"),
    "void_record": _("作废服务记录"),
    "plan_next": _("约定下次服务"),
    "assess": _("需求评估"),
    "open_case": _("接案"),
    "enter_stage": _("进入下一阶段"),
    "return_stage": _("退回上一阶段"),
    "reopen_case": _("重开个案"),
    "end_case_early": _("提前结案"),
    "write_sheet": _("填写个案阶段表"),
    "set_goal": _("写个案目标"),
    "drop_goal": _("放弃个案目标"),
    "rate_goal": _("评定个案目标"),
    "plan_service": _("计划个案服务"),
    "drop_service": _("取消计划的服务"),
    "ask_plan": _("服务计划送审"),
    "ask_closure": _("结案送审"),
    "withdraw_approval": _("撤回送审"),
    "approve_plan": _("批准服务计划"),
    "return_plan": _("退回服务计划"),
    "approve_closure": _("批准结案"),
    "return_closure": _("退回结案"),
    "review_emergency": _("复核紧急服务"),
    "name_supervisor": _("更换个案督导"),
    "hand_over_case": _("个案转交给同事"),
    "ask_transfer": _("个案送其他站点"),
    "accept_transfer": _("接收个案"),
    "decline_transfer": _("不接收个案"),
    "plan_follow_up": _("安排回访"),
    "note_follow_up": _("注明没有做回访"),
    # Up to version 0.1 a case had three stages.
    "plan_case": _("制定个案计划"),
    "close_case": _("结案"),
    "register_enquiry": _("登记咨询"),
    "leave_enquiry": _("网上求助"),
    "take_enquiry": _("开始处理咨询"),
    "decide_enquiry": _("作出受理决定"),
    "refer": _("提出转介"),
    "release_referral": _("送出转介"),
    "accept_referral": _("接收转介"),
    "decline_referral": _("婉拒转介"),
    "return_result": _("反馈转介结果"),
    "close_referral": _("办结转介"),
    "withdraw_referral": _("撤回转介"),
    "begin_report": _("开始强制报告"),
    "change_report": _("补充强制报告"),
    "note_notice": _("登记报告凭证"),
    "follow_up_report": _("跟进强制报告"),
    "close_report": _("办结强制报告"),
    "open_report": _("查阅强制报告"),
    "escalate_report": _("强制报告逾期上报"),
    "propose_group": _("提交小组方案"),
    "change_group": _("修改小组方案"),
    "submit_group": _("小组方案送审"),
    "approve_group": _("批准小组方案"),
    "return_group": _("退回小组方案"),
    "cancel_group": _("取消小组"),
    "sign_up_to_group": _("小组报名"),
    "screen_member": _("筛选组员"),
    "rate_members": _("填写组员前后测"),
    "close_group": _("总结小组"),
    "lay_out_sessions": _("排定小组节次"),
    "plan_session": _("编写小组节次计划"),
    "cancel_session": _("取消小组节次"),
    "hold_session": _("记录小组节次"),
    "plan_activity": _("编写活动计划"),
    "repeat_activity": _("设定活动重复"),
    "change_activity": _("修改活动计划"),
    "submit_activity": _("活动计划送审"),
    "approve_activity": _("批准活动计划"),
    "return_activity": _("退回活动计划"),
    "note_activity": _("备注活动计划"),
    "cancel_activity": _("取消活动"),
    "hold_activity": _("记录活动到场"),
    "close_activity": _("总结活动"),
    "sign_up_to_activity": _("活动报名"),
    "cancel_sign_up": _("取消活动报名"),
    "link_resource": _("登记资源链接"),
    "remove_resource": _("删除资源链接"),
    "make_feed": _("新建日历订阅"),
    "revoke_feed": _("停用日历订阅"),
    "attach": _("添加附件"),
    "remove_attachment": _("删除附件"),
    "print_paper": _("打印"),
    "start_work_report": _("开始写工作报告"),
    "change_work_report": _("修改工作报告"),
    "rewrite_work_report": _("按最新数字重写工作报告"),
    "issue_work_report": _("签发工作报告"),
    "ask_for_evaluation": _("请服务对象评价"),
    "put_evaluation": _("登记服务对象评价"),
    "give_evaluation": _("服务对象评价"),
    "hire_worker": _("登记入职"),
    "change_worker": _("修改人员资料"),
    "transfer_worker": _("调动人员"),
    "end_service": _("登记离职"),
    "post_worker": _("派驻人员"),
    "change_posting": _("更改派驻"),
    "cancel_posting": _("取消派驻"),
    "propose_correction": _("申请更正资料"),
    "accept_correction": _("采纳资料更正"),
    "decline_correction": _("不采纳资料更正"),
    "withdraw_correction": _("撤回资料更正"),
    "change_staffing_rule": _("更改人员配备标准"),
    "ask_for_entry": _("申请登记证书或登记"),
    "approve_request": _("通过证书或登记申请"),
    "decline_request": _("退回证书或登记申请"),
    "withdraw_request": _("撤回证书或登记申请"),
    "report_learning": _("填报继续教育"),
    "approve_learning": _("确认继续教育学时"),
    "decline_learning": _("退回继续教育学时"),
    "withdraw_learning": _("撤回继续教育填报"),
    "plan_course": _("发布课程"),
    "change_course": _("修改课程"),
    "cancel_course": _("取消课程"),
    "enrol": _("课程报名"),
    "wait_for_course": _("候补课程"),
    "move_up_in_course": _("候补转为已报名"),
    "leave_course": _("取消课程报名"),
    "note_attendance": _("登记课程出席"),
    "apply_register": _("按登记名册更新"),
    "set_supervisor_profile": _("修改督导档案"),
    "draft_agreement": _("拟定督导协议"),
    "start_agreement": _("督导协议生效"),
    "end_agreement": _("结束督导协议"),
    "plan_supervision": _("约定督导"),
    "cancel_supervision": _("取消督导"),
    "hold_supervision": _("记录督导"),
    "rate_supervision": _("评价督导"),
    "advice_acted": _("落实督导建议"),
    "advice_returned": _("督导建议还要继续"),
    "advice_done": _("确认督导建议完成"),
    "hand_over_supervision": _("督导交接"),
    "acknowledge_handover": _("确认督导交接"),
    "put_to_review": _("个案提交督导讨论"),
    "withdraw_review": _("个案撤回督导讨论"),
    "read_in_review": _("督导查看讨论的个案"),
    "add_station": _("新增站点"),
    "change_station": _("修改站点"),
    "change_stage": _("更改站点状态"),
    "change_operation": _("更改运营方式"),
    "close_station": _("撤销站点"),
    "move_room": _("社工室换到另一个社工站"),
    "add_site": _("新增场地"),
    "change_site": _("修改场地"),
    "end_site": _("停用场地"),
    "add_area": _("新增房间"),
    "change_area": _("修改房间"),
    "set_hours": _("设定场地开放时间"),
    "agree_sharing": _("登记共用协议"),
    "end_sharing": _("结束共用协议"),
    "add_equipment": _("登记设备"),
    "change_equipment": _("修改设备"),
    "lend_equipment": _("借出设备"),
    "return_equipment": _("归还设备"),
    "book_area": _("预订房间"),
    "cancel_booking": _("取消预订"),
    "propose_room": _("计划开设社工室"),
    "advance_room": _("推进社工室计划"),
    "open_room": _("开设社工室"),
    "drop_room": _("放弃社工室计划"),
    "set_targets": _("设定目标"),
    "revise_service": _("修订服务项目"),
    "keep_form_draft": _("保存表单草稿"),
    "publish_form": _("启用表单"),
    "retire_form": _("停用表单"),
    "make_survey": _("发起社区调查"),
    "end_survey": _("结束社区调查"),
    "make_survey_link": _("生成调查链接"),
    "end_survey_link": _("停用调查链接"),
    "respond": _("填写社区调查"),
    "offer_supervision": _("提供督导时间"),
    "withdraw_offer": _("撤回督导时间"),
    "ask_supervision": _("申请督导"),
    "withdraw_need": _("撤回督导需求"),
    "book_supervision": _("安排督导"),
    "arrange_supervision": _("约定督导时间"),
    "cancel_supervision_booking": _("取消督导预约"),
    "move_up": _("候补转为督导预约"),
    "propose_pool": _("生成督导分配方案"),
    "compute_pool_again": _("重新计算督导分配方案"),
    "pin_assignment": _("固定督导分配"),
    "remove_assignment": _("移除督导分配"),
    "swap_supervisors": _("对调分配的督导"),
    "reassign": _("更换分配的督导"),
    "drop_pool_proposal": _("放弃督导分配方案"),
    "publish_pool": _("发布督导分配方案"),
    "appropriate_money": _("下达资金"),
    "allocate_money": _("分配资金"),
    "reserve_money": _("预留资金"),
    "commit_money": _("资金签约"),
    "pay_money": _("支付资金"),
    "release_money": _("释放资金"),
    "transfer_money": _("调剂入账"),
    "return_money": _("收回资金"),
    "reverse_money": _("冲销分录"),
    "ask_money_transfer": _("申请资金调剂"),
    "approve_money_transfer": _("批准资金调剂"),
    "decline_money_transfer": _("不批准资金调剂"),
    "open_year": _("建立会计年度"),
    "close_year": _("会计年度结账"),
    "load_treasury_sheet": _("导入对账单"),
    "import_workbook": _("导入工作簿"),
    "found_city": _("建立城市"),
    "load_demo": _("载入演示数据"),
}

KINDS: Final[Mapping[str, str | Promise]] = {
    "account": _("账号"),
    "access_token": _("访问令牌"),
    "client": _("服务对象"),
    "servicerecord": _("服务记录"),
    "assessment": _("需求评估"),
    "case": _("个案"),
    "subjectrequest": _("个人信息请求"),
    "retentionrule": _("保存期限"),
    "specialday": _("节假日与调休"),
    "enquiry": _("咨询"),
    "referral": _("转介"),
    "report": _("强制报告"),
    "socialgroup": _("小组"),
    "activity": _("社区活动"),
    "calendarfeed": _("日历订阅"),
    "evaluation": _("服务对象评价"),
    "attachment": _("附件"),
    "workreport": _("工作报告"),
    "leave": _("休假"),
    "worker": _("人员"),
    "posting": _("派驻"),
    "staffingrule": _("人员配备标准"),
    "supervisorprofile": _("督导档案"),
    "supervisionagreement": _("督导协议"),
    "supervisionsession": _("督导活动"),
    "supervisionadvice": _("督导建议"),
    "supervisionhandover": _("督导交接"),
    "station": _("站点"),
    "site": _("场地"),
    "equipment": _("设备"),
    "booking": _("场地预订"),
    "coverageplan": _("社工室补齐计划"),
    "serviceitem": _("服务项目"),
    "instrument": _("表单"),
    "survey": _("社区调查"),
    "credential_request": _("证书与登记申请"),
    "learning_entry": _("继续教育"),
    "course": _("课程"),
    "enrolment": _("课程报名"),
    "register": _("登记名册"),
    "supervision_offer": _("督导时间"),
    "supervision_request": _("督导需求"),
    "supervision_booking": _("督导预约"),
    "pool_proposal": _("督导分配方案"),
    "ledger_entry": _("资金分录"),
    "transfer": _("资金调剂"),
    "fiscal_year": _("会计年度"),
    "treasury_sheet": _("对账单"),
    "workbook": _("工作簿"),
    "city": _("城市"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in words. `kind` and `key` say which object."""

    at: datetime
    who: str
    verb: str | Promise
    kind: str | Promise
    key: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A page of entries; `sealed` is the moment of the last seal, None before the first."""

    entries: tuple[Entry, ...]
    next_cursor: str | None
    previous_cursor: str | None
    sees_all: bool
    sealed: datetime | None
    seals: int


def journal_page(
    viewer: Viewer, cursor: str | None, *, verb: str = "", who: str = "", day: date | None = None
) -> JournalPage:
    """25 events, the newest first, narrowed by what was done, by the account's name and by day (six queries).

    Raises Problem `cursor_invalid` (400).
    """
    sees_all = viewer.has(Role.DPO)
    events = Event.objects.all() if sees_all else Event.objects.filter(account_id=viewer.account_id)
    if verb in VERBS:
        events = events.filter(verb=verb)
    if who and sees_all:
        events = events.filter(account_id__in=list(Account.objects.filter(username=who).values_list("pk", flat=True)))
    if day is not None:
        start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        events = events.filter(at__gte=start, at__lt=start + timedelta(days=1))
    page = page_of(events, ("-id",), cursor)
    last = Seal.objects.order_by("-id").first()
    return JournalPage(
        entries=tuple(_entries(page.items)),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        sees_all=sees_all,
        sealed=last.sealed_at if last else None,
        seals=Seal.objects.count(),
    )


def _entries(events: Iterable[Event]) -> Iterable[Entry]:
    events = list(events)
    names = Account.objects.in_bulk({event.account_id for event in events if event.account_id})
    stations = Station.objects.in_bulk({event.station_id for event in events if event.station_id})
    for event in events:
        account = names.get(event.account_id) if event.account_id else None
        station = stations.get(event.station_id) if event.station_id else None
        yield Entry(
            at=event.at,
            who=str(account) if account else "",
            verb=VERBS.get(event.verb, event.verb),
            kind=KINDS.get(event.kind, event.kind),
            key=event.object_id,
            where=station.name if station else "",
            reason=str(event.detail.get("reason", "")),
        )
