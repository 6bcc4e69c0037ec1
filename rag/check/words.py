"""The words whose exchange turns a rule into another one; general official Chinese, nothing of any document."""

import re
from enum import StrEnum


class Bound(StrEnum):
    """On which side of a figure the truth lies."""

    UPPER = "upper"
    LOWER = "lower"
    ABOUT = "about"
    EXACT = "exact"


# Before a figure: 不超过30%, 至少3所 / not 超过 in 不超过
BEFORE = {
    "不超过": Bound.UPPER, "不高于": Bound.UPPER, "不多于": Bound.UPPER, "不大于": Bound.UPPER, "最多": Bound.UPPER,
    "最高": Bound.UPPER, "低于": Bound.UPPER, "少于": Bound.UPPER, "小于": Bound.UPPER, "不足": Bound.UPPER,
    "不低于": Bound.LOWER, "不少于": Bound.LOWER, "不小于": Bound.LOWER, "至少": Bound.LOWER, "最少": Bound.LOWER,
    "最低": Bound.LOWER, "超过": Bound.LOWER, "高于": Bound.LOWER, "大于": Bound.LOWER, "多于": Bound.LOWER,
    "超": Bound.LOWER, "逾": Bound.LOWER, "约": Bound.ABOUT, "大约": Bound.ABOUT, "近": Bound.ABOUT,
    "将近": Bound.ABOUT,
    "接近": Bound.ABOUT, "左右": Bound.ABOUT,
}  # fmt: skip
# After a figure with its unit: 60%以上, 7所左右
AFTER = {
    "以上": Bound.LOWER, "以下": Bound.UPPER, "以内": Bound.UPPER, "之内": Bound.UPPER, "左右": Bound.ABOUT,
    "上下": Bound.ABOUT, "余": Bound.LOWER, "多": Bound.LOWER, "以外": Bound.LOWER,
}  # fmt: skip
COMPARATORS = tuple(sorted({*BEFORE, *AFTER} - {"多", "余", "超", "近", "约"}, key=lambda word: (-len(word), word)))

# Duty words by what they let the addressee do. 应 / not 相应, 应用; 可 / not 认可, 可行
FORBIDDEN = re.compile(r"不得|禁止|严禁|不准|不予|不可(?!或缺|分割|少)|不应|不能")
REQUIRED = re.compile(
    r"应当|必须|务必|一律|应该|(?<![无必])须|(?<![相对适反响供效因回呼照顺])应(?![用届急对变力运聘])|强制|强令"
)
ALLOWED = re.compile(
    r"可以|允许|鼓励|支持|探索|优先|倡导|引导|试点|逐步|原则上|力争|争取|(?<![许认不])可(?![行能靠持观控再见])"
)
DUTY = re.compile("|".join(pattern.pattern for pattern in (FORBIDDEN, REQUIRED, ALLOWED)))
_SHORT = {"可": "可以", "应": "应当", "应该": "应当", "须": "必须"}


def same_duty(word: str) -> str:
    """Return a duty word in full: 可以 for 可."""
    return _SHORT.get(word, word)


# Words of one kind of which one excludes the others: 博士 for 硕士 makes a statement false, 建立 for 设立 does not.
FAMILIES = (
    ("博士", "硕士", "学士", "本科", "专科"), ("国家级", "省级", "市级", "区级", "校级", "省部级"), ("中等",
    "高等", "初等"),
    ("中职", "高职"), ("增加", "减少"), ("提高", "降低", "下降", "上升", "增长"), ("扩大", "缩小"), ("公办", "民办"),
    ("国有", "民营", "私营"), ("教师", "学生", "学员"), ("年初", "年底", "年末", "年中"), ("上半年", "下半年"),
    ("独资", "合资"),
    ("城市", "农村", "乡村"), ("每年", "每月", "每季度", "每学期", "每周", "每两年", "每半年"), ("必修", "选修"),
    ("全部", "部分"), ("非洲", "美洲", "欧洲", "亚洲", "大洋洲"), ("国内", "国外"), ("全国", "全市", "全省", "全区"),
    ("之前", "之后"), ("以前", "以后"), ("首个", "第二个", "第三个"), ("应届", "往届"), ("纵向", "横向"),
    ("省内", "省外"),
    ("固定", "流动"), ("专职", "兼职"), ("线上", "线下"), ("一等奖", "二等奖", "三等奖"), ("金奖", "银奖", "铜奖"),
    ("冠军", "亚军", "季军"), ("收入", "支出"), ("东部", "西部", "中部"), ("学科", "专业"), ("全日制", "非全日制"),
)  # fmt: skip

# 不 that denies what follows / not 不断, 不仅, 不同, 不低于
DENIAL = re.compile(
    r"不得|不再|不予|不准|不可(?!或缺|分割|少|避免)|不应|不能|不纳入|不计入|不列入|禁止|严禁|并非|没有|未经|尚未|无须|无需|"
    r"不(?!断|仅|同|少|低|高|多|大|小|超|足|动|但|久|论|管|限|懈|移|忘|渝|只|光|单|易|良|当|利|均|正|定期|良|凡|可或缺|竭)"
)
SCOPE = frozenset({
    "和", "或", "及", "与", "以及", "或者", "并", "且", "均", "都", "全部", "所有", "部分", "一律", "除外", "经批准",
    "等", "各", "每", "任何", "其他", "有关", "相关", "符合条件的", "有条件的", "其中", "只", "仅", "全",
    "主要", "重点", "一般",
})  # fmt: skip
NAME_ENDS = ("大学", "学院", "学校", "公司", "集团", "研究院", "研究所", "研究中心", "医院", "银行", "出版社", "中心",
             "协会", "学会", "联盟", "园区", "新区", "共同体", "联合体", "工坊", "实验室")  # fmt: skip

# Verbs that end or lessen / not 减免, 减轻 (a favour), 退出机制 (a name)
ENDING = re.compile(
    r"取消|撤销|撤并|撤除|撤回|裁撤|裁减|关闭|关停|停止|停办|停用|停招|停建|缓建|终止|中止|暂停|暂缓|叫停|废止|废除|解散|拆除|限制|取缔"
    r"|削减|缩减|压减|压缩|调减|减少|降低|下调|缩小|缩短|弱化|削弱|淡化|放弃|放宽|放松|剥离|清退|淘汰|推迟|延缓|阻止|反对|拒绝|排除|中断"
    r"|切断|冻结|收回|禁止|严禁|退出(?!机制)|忽视|否定|回避|打击|抑制|收紧"
)
# Verbs that build, further or keep
BUILDING = re.compile(
    r"建设|建立|建成|建好|成立|设立|设置|组建|创建|新建|共建|构建|筹建|打造|启动|实施|开展|推进|推动|推广|推行|加强|强化|加大|加快|扩大|扩展"
    r"|扩建|拓展|拓宽|增加|增设|增强|增长|提高|提升|鼓励|支持|允许|引导|完善|健全|优化|深化|落实|保障|保持|维持|恢复|继续|放开|开放|发展|培育"
    r"|培养|引进|遴选|认定|认证|组织|举办|承办|办好|扶持|引入|做强|做优|参与|纳入|出台|制定|发布|延长|重视|聚焦|严格|规范|搭建|布局|升级|融入"
    r"|试办|试点|新增|招收|开设|开发|弘扬|传播|壮大|配齐|配强|促进|助力|整合|利用|依托|公示|保护|维护|赋予|给予"
)
