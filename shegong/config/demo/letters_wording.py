"""What the demonstration's target letters ask for: a county's items, a county's and the departments' tasks."""

from typing import Final, NamedTuple


class Asked(NamedTuple):
    """An item as it is asked for. `target` None: a little more than the county did the year before."""

    code: str
    title: str
    weight: int
    indicator: str
    formula: str
    target: int | float | None
    zero: int | float
    cap: int
    clause: str
    unit: str = ""
    evidence: str = ""


COUNTY: Final = (
    Asked("R1", "村（社区）社工室覆盖", 15, "network.room_coverage", "at_least", 98, 85, 80, "plan#coverage"),
    Asked("R2", "站点人员配备达标", 15, "workforce.staffed_stations", "proportion", 90, 40, 100, "plan#staff-station"),
    Asked("R3", "社工站规范化", 10, "appraisal.standardised_stations", "at_least", 60, 20, 80, "plan#targets"),
    Asked("R4", "服务工时", 15, "practice.service_hours", "proportion", None, 0, 100, "service-rule#basic"),
    Asked("R5", "需求评估", 10, "practice.assessments", "proportion", None, 0, 100, "service-rule#need"),
    Asked("R6", "服务对象满意度", 10, "practice.satisfaction", "at_least", 4.3, 3.5, 60, "service-rule#quality"),
    Asked("R7", "督导时数", 10, "workforce.supervision_hours", "proportion", None, 0, 100, "opinion#supervision"),
    Asked("M1", "社工服务资金到位率", 10, "", "at_least", 100, 60, 60, "plan#operation", "%", "财政拨款文件或到账凭证"),
    Asked("M2", "部门协作机制建立并运转", 5, "", "pass_fail", 1, 0, 0, "plan#operation", "", "会议纪要"),
)
# The all-age-friendly programme in a county: services for each age, a task in milestones.
COUNTY_TASKS: Final = (
    Asked("A1", "为老为小服务工时", 30, "practice.service_hours", "proportion", None, 0, 100, "service-rule#refined"),
    Asked("A2", "需求评估覆盖各年龄段", 20, "practice.assessments", "proportion", None, 0, 100, "service-rule#need"),
    Asked("A3", "全龄友好示范社区", 20, "", "proportion", 6, 0, 100, "service-rule#refined", "个", "示范社区验收表"),
    Asked("T1", "全龄友好服务圈建设", 30, "", "proportion", 100, 0, 100, "plan#rooms", "", "方案、照片和验收意见"),
)
STEPS: Final = (
    ("03-31", "印发工作方案，明确任务和责任科室"),
    ("06-30", "完成需求调查和点位清单"),
    ("09-30", "服务点位全部开放"),
    ("12-20", "组织验收并公布结果"),
)
# By department: its two tasks.
DEPARTMENT_TASKS: Final = {
    "成都市民政局": ("“一老一小”社工服务进社区", "困境儿童定期探访机制"),
    "成都市残疾人联合会": ("残疾人家庭支持服务进站", "无障碍服务点位改造"),
    "成都市妇女联合会": ("妇女儿童维权与家庭教育指导进站", "家庭暴力告诫与社工介入衔接"),
    "成都市退役军人事务局": ("退役军人心理支持服务进站", "优抚家庭走访清单"),
    "成都市教育局": ("学校与社工站转介机制", "假期托管点社工服务"),
    "成都市卫生健康委员会": ("社区心理健康服务衔接", "老年健康与社会工作联合随访"),
}
NOTES: Final = ("见附件第 2 页", "以拨款文件为准", "已经局务会研究", "现场照片已附")
OBJECTIONS: Final = (
    ("M1", "12 月到账的一笔资金跨年入账，凭证附后，应计入当年。"),
    ("A3", "第六个示范社区 12 月 28 日完成验收，验收表附后。"),
)
RULING: Final = "凭证日期在当年，同意更正。"
