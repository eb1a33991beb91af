"""What is found at stations of the demonstration city, and what they do about it: our own words."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Found:
    """A finding by an item of a standard (where the tier has it) or a clause: what is wrong, the plan, the result."""

    document: str
    anchor: str
    item: str
    severity: str
    wrong: str
    plan: str
    done: str


FOUND: Final = (
    Found("management-rule", "safety", "O6", "serious", "应急预案还是前年的版本，一年内没有演练记录。",
          "修订预案，联合社区微型消防站组织一次演练。", "预案已修订，演练签到和照片随附。"),
    Found("management-rule", "safety", "O6", "serious", "一具灭火器压力不足，逃生通道堆放了活动桌椅。",
          "更换灭火器，清理通道并划出黄线。", "已更换灭火器，通道清空，每周检查表已上墙。"),
    Found("management-rule", "regulations", "O5", "minor", "公示栏没有投诉电话，人员信息还是去年的。",
          "更新公示栏，加上投诉方式和服务时间。", "公示栏已更新，照片随附。"),
    Found("management-rule", "regulations", "O5", "minor", "服务流程图被活动海报遮住，来访居民看不到。",
          "海报移到另一面墙，流程图移到入口。", "已移到入口右侧。"),
    Found("management-rule", "privacy", "V6", "serious", "纸质档案柜没有上锁，谈话室门上没有遮挡。",
          "配锁并由专人保管钥匙，谈话室玻璃贴膜。", "柜锁已换，钥匙登记表和贴膜照片随附。"),
    Found("management-rule", "privacy", "V5", "grave", "两名新到岗人员还没有签保密承诺书就接触了服务对象资料。",
          "当天补签并重新培训，新入职流程加上承诺书一项。", "承诺书已补签，培训签到随附。"),
    Found("management-rule", "access", "E5", "minor", "入口坡道前停放电动车，轮椅进不来。",
          "与物业划出禁停区，摆放提示牌。", "已划线并摆放提示牌。"),
    Found("plan", "premises", "E6", "minor", "门口标识褪色，指引牌方向不对。",
          "重新制作标识，调整指引牌。", "新标识已安装。"),
    Found("plan", "equipment", "E4", "minor", "投影仪损坏未修，设备盘点表一年没有更新。",
          "送修投影仪，按清单盘点一遍。", "投影仪已修好，盘点表随附。"),
    Found("service-rule", "need", "O3", "serious", "抽看的五份档案里两份先开展服务后补评估。",
          "补做评估，周会上讲清先评估后服务。", "两份评估已补，会议记录随附。"),
    Found("service-rule", "answer", "V1", "grave", "一条紧急求助过了两天才回电，值班安排有空档。",
          "调整值班表，周末安排备班。", "新值班表已执行四周，没有再超时。"),
    Found("mzt-094", "stages", "O4", "minor", "两份个案只有接案和结案，中间的计划和介入没有记录。",
          "与督导一起补全过程记录，以后按阶段填写。", "两份个案已补全，督导已看过。"),
)  # fmt: skip
SOURCES: Final = (
    ("inspection", ("三季度日常检查", "节前安全检查", "月度走访", "联合检查")),
    ("self_check", ("年度自评现场查看",)),
    ("round", ("第三方中期评估", "第三方年度评估")),
    ("government", ("上半年政府考核",)),
    ("own", ("本站月度自查",)),
)
CLOSED_NOTES: Final = ("现场看过，已到位。", "照片与现场一致。", "抽查两处，均已整改。", "已落实，注意保持。")
RETURNED_NOTE: Final = "照片只拍到一侧，通道另一头还堆着纸箱，请清理后再报。"
EXTENDED_NOTE: Final = "配件采购需要时间，同意延长。"
ANSWER: Final = (
    "多数站点与社区同处一栋楼，可以参加所在楼栋或社区组织的演练，签到上列出本站人员即可，不要求单独组织；"
    "下一年度标准的说明据此改写。"
)
