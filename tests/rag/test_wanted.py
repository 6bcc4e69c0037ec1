import pytest

from rag.compose.sought import gives, sought
from rag.compose.wanted import (
    graded,
    holds_count,
    leaves_open,
    leaves_rule_open,
    leaves_slogan_open,
    met,
    of_other_grade,
    stated_numbers,
    wanted,
)
from rag.question import Intent


def test_a_sentence_that_counts_as_many_is_told_from_another():
    assert holds_count("在哪四个方面合作？", "锚定四大发力点")
    assert holds_count("哪两项制度", "建立2项制度")
    assert not holds_count("在哪四个方面合作？", "形成三个品牌，第四届大会")


def test_a_slogan_is_explained_by_a_list_of_its_own_words_before_it():
    asked = "“三园联动”是指哪三园？"
    assert not leaves_slogan_open(asked, "建设公园、菜园，开放校园、果园，形成“三园联动”格局", "")
    assert leaves_slogan_open(asked, "推进道路（公路、街巷）建设，率先落实“三园联动”要求", "")


def test_a_slogan_of_digits_and_one_with_a_sign_are_slogans():
    asked = "“3421”工程的数字各对应什么"
    assert leaves_slogan_open(asked, "发挥“3421”工程的作用", "")
    assert not leaves_slogan_open(asked, "形成“3421”工程（三园、四路）", "")
    assert leaves_slogan_open("“一+N”是指什么", "推广“一+N”制度", "")


@pytest.mark.parametrize(
    ("question", "held", "not_held"),
    [
        ("占地多少平方公里", "占地3平方公里", "占地572平方米"),
        ("每人能领多少补助", "每人补助200元", "组织千名博士"),
        ("认证多少家——每家奖多少钱", "奖励5万元", "认证100家"),
        ("拿了几块奖牌", "共14枚奖牌", "27个项目"),
    ],
)
def test_the_figure_must_be_of_the_kind_asked_for_last(question, held, not_held):
    needs = wanted(Intent.FIGURE, question)
    assert met(needs, held) and not met(needs, not_held)


@pytest.mark.parametrize(
    ("question", "given", "not_given"),
    [
        ("园长的手机号是多少", "园长电话12345678", "园长负责日常管理"),
        ("公园办的邮箱是什么", "来信请寄park@example.org", "公园办电话12345678"),
        ("三个苗圃建在哪几个区", "建在东山区、西河区", "分区域建设三个苗圃"),
        ("园林处处长姓什么", "处长由张三担任", "园林处负责绿化"),
        ("砍了古树会受什么处分", "砍伐古树的，处以罚款", "严格保护古树"),
        ("步道是哪家公司修的", "由东山园林公司修建步道", "年底前修建步道"),
        ("公园的绿化率全市第几", "绿化率居全市首位", "绿化率达到65%"),
        ("苗圃几月份建成", "9月底前建成苗圃", "今年建成苗圃"),
        ("拿金奖的那位老师叫什么名字", "教师李小山获金奖", "一名教师获金奖"),
        ("哪些条件才能评为示范园", "占地不低于五亩的，评为示范园", "评选示范园"),
        ("园林处的副主任是谁", "副主任由王五担任", "主任由王五担任"),
        ("认养树木要走什么程序", "认养人提出申请，经园林处审核", "按有关程序认养树木"),
        ("认养树木要交什么材料", "认养人提交身份证复印件", "建立树木认养登记制度"),
        ("修步道的钱从哪里来", "步道由市级财政资金解决", "年底前修建步道"),
        ("苗圃多久检查一次", "每季度检查苗圃", "加强苗圃检查"),
        ("苗圃今年比去年多了几个", "苗圃25个，同比多5个", "建成25个苗圃"),
        ("护树有什么奖励", "护树有功的给予奖金", "做好护树工作"),
        ("公园条例是依据哪部法律制定的", "根据《城市绿化法》制定本条例", "为了保护公园制定本条例"),
        ("护树由哪些司局承办", "护树由绿化司承办", "做好护树工作"),
        ("护林员要什么学历", "护林员须有大专以上学历、专科毕业", "护林员60名"),
        ("获称号的两位委员分别是谁", "李小山、王大海获称号", "2人获称号"),
        ("协会由谁出任会长", "由王五任会长", "成立协会"),
        ("护林队一年得碰几回头", "护林队每年开会两次", "成立护林队"),
        ("一起办苗圃的企业，都是哪几家", "与东山重工共办苗圃", "建设苗圃"),
        ("苗圃办公室设在哪里", "办公室设在园林处一楼会议室", "苗圃办公室负责育苗"),
        ("护树比赛排第几", "获护树比赛第三名", "投入资金10万元，位居前列"),
        ("评为示范园的标准是什么", "评为示范园应当占地五亩", "建设适应需求的示范园，占地五亩以上"),
        ("苗圃比平均水平高多少", "高于平均水平3个百分点", "师生比不低于1:20"),
        ("得几等奖才能免试", "获一等奖的免试", "获奖的免试"),
        ("护林员受什么罚", "对护林员予以警告", "护林员60名"),
        ("苗圃预约的登录地址是什么", "网址：www.miaopu.cn", "建设苗圃预约平台"),
        ("援助的干部叫什么名字", "干部李小山", "派出2名干部"),
        ("护林员是哪一届毕业的", "护林员2009届毕业", "护林员60名"),
        ("对评选结果不服怎么申诉", "可以向园林处申诉", "公布评选结果"),
        ("护林员学的什么专业", "园林技术专业", "招收护林员2人"),
        ("帮扶的是哪两个村", "帮扶杨柳村、石桥村", "帮扶的两村收入提高"),
        ("园林处具体是哪个处在管", "绿化处负责", "由园林厅负责"),
        ("各镇分到多少名额", "名额（个）：210", "分配名额"),
        ("护林赛第几名", "护林赛第 3 名", "护林赛第三批"),
        ("会议在哪里举办", "会议于东山举行", "举行会议"),
        ("建了哪几所学校", "新建滨湖初中、东山实验学校", "改扩建学校3所"),
        ("核心区包括哪几个街镇", "包括双桥街道、东山镇", "重点打造核心区"),
        ("领导小组的成员有哪些", "成员包括园林处、水务处", "成立由镇长任组长的领导小组"),
        ("护林的经费标准", "每亩补助30元", "落实护林经费"),
        ("专班由哪位领导挂帅", "专班由副镇长牵头", "成立护林专班"),
        ("对弄虚作假的人员怎么处理", "弄虚作假的，撤销奖项", "评选结果分三等"),
        ("护林平台的网址是什么", "网址：www.hulin.cn", "登录“护林平台”"),
        ("护林队登录哪个平台上报名", "登录“护林平台”", "护林队报名"),
        ("获奖的学生叫什么名字", "学生高小山获奖", "高校一名学生获天津市王大山奖学金，创历史新高"),
    ],
)
def test_a_clause_must_give_the_kind_of_thing_asked_for(question, given, not_given):
    assert gives(given, sought(question), question)
    assert not gives(not_given, sought(question), question)


def test_a_name_that_the_question_holds_is_not_given_by_it():
    question = "东山区的苗圃建在哪个地方"
    assert not gives("在东山区建设苗圃", sought(question), question)
    assert gives("在东山区柳林路建设苗圃", sought(question), question)


@pytest.mark.parametrize(
    ("question", "same", "other"),
    [
        ("头一期建几个苗圃", "首期建3个", "二期建9个"),
        ("“十四五”时期建几个苗圃", "“十四五”期间建3个", "“十三五”期间建9个"),
        ("男职工休几天", "男职工休5天", "女职工休15天"),
    ],
)
def test_of_things_that_come_in_kinds_another_does_not_answer(question, same, other):
    assert not of_other_grade(same, graded(question)) and of_other_grade(other, graded(question))


def test_months_are_no_number_of_things():
    needs = wanted(Intent.FIGURE, "要在苗圃待够几个月")
    assert met(needs, "待满6个月") and not met(needs, "护林员126人")
    assert leaves_open("5个苗圃都有谁家", "建设5个苗圃，扩大绿地")


def test_what_is_only_to_be_made_leaves_open_what_it_says():
    assert leaves_rule_open("护林员的选聘标准是什么", "明确护林员选聘标准，加强培训")
    assert not leaves_rule_open("护林员的选聘标准是什么", "制定选聘标准：身体健康，能爬山")
    assert not leaves_rule_open("选聘流程有哪些环节", "建立“报名—体检—考核”选聘流程")


def test_how_long_is_not_how_often_and_when_is_not_each_year():
    (long,), (often,) = wanted(Intent.TIME, "护林员驻点多长时间"), wanted(Intent.TIME, "苗圃多久检查一次")
    assert not long.search("每年组织护林员驻点") and long.search("驻点6个月") and often.search("每年检查苗圃")
    (when,) = wanted(Intent.TIME, "头一批护林员啥时候出发")
    assert not when.search("每年组织1000人") and when.search("5月出发")


def test_an_amount_is_wanted_whatever_else_is_asked():
    assert met(wanted(Intent.OPEN, "护林员能歇几天"), "休假15天") == 1
    assert not met(wanted(Intent.OPEN, "护林员能歇几天"), "休假按规定执行")
    assert wanted(Intent.MEASURE, "连着几年没发芽的苗圃怎么办") == ()


def test_a_share_of_an_amount_and_a_change_are_no_sum():
    (share,) = wanted(Intent.FIGURE, "不得超过合同金额的多少")
    assert share.search("不超过百分之十") and not share.search("共10项")
    (change,) = wanted(Intent.FIGURE, "绿化率比上年提高了多少")
    assert change.search("比上年提高1.4个百分点") and not change.search("绿化率41%")
    assert met(wanted(Intent.FIGURE, "苗圃给镇里增加了多少收入"), "新增收入315万元")
    assert not met(wanted(Intent.OPEN, "验收后几天内付款"), "9月5日付款")
    (when,) = wanted(Intent.TIME, "补助什么时候发")
    assert when.search("验收后10日内发放") and not when.search("每期不超过15天")


def test_a_year_of_account_is_no_date_and_half_a_year_is_a_length():
    (when,) = wanted(Intent.TIME, "护林员哪一年开始巡山")
    assert not when.search("2025年度称号") and when.search("2019年开始巡山")
    (long,) = wanted(Intent.FIGURE, "得有多长的巡山经历")
    assert long.search("半年以上巡山经历") and not long.search("巡山3次")


def test_an_ordinal_is_no_number_of_things():
    needs = wanted(Intent.FIGURE, "修剪几条")
    assert met(needs, "修剪3条") and not met(needs, "第二十条 修剪树木")


def test_names_asked_for_are_left_open_by_their_mere_number():
    assert leaves_open("停办的9个苗圃全部名称是什么", "停办东山、西河等9个苗圃")
    assert not leaves_open("停办的3个苗圃名称是什么", "停办东山、西河、南岭等3个苗圃")
    assert leaves_open("到底选了哪7所", "遴选7所学校") and not leaves_open("到底选了哪2所", "选出2所：东山、西河")
    assert leaves_open("5个苗圃，名单发我", "建设5个苗圃，扩大绿地")
    assert not leaves_open("5个苗圃，名单发我", "建设东山、西河等5个苗圃")


@pytest.mark.parametrize(
    ("question", "held", "not_held"),
    [("园里有多少员工", "现有员工30人", "占地30亩"), ("阅览室有多少藏书", "藏书3万册", "投入3万元")],
)
def test_persons_and_books_have_measures_of_their_own(question, held, not_held):
    needs = wanted(Intent.FIGURE, question)
    assert met(needs, held) and not met(needs, not_held)


def test_two_dates_are_wanted_where_a_stretch_of_days_is_asked_for():
    needs = wanted(Intent.TIME, "培训是哪几天办的")
    assert met(needs, "培训于3月4日至5月6日举办") == len(needs) == 2
    assert met(needs, "培训为期四周") == 0


def test_a_numeral_in_a_name_is_no_figure():
    needs = wanted(Intent.FIGURE, "一年派多少名工匠下乡")
    assert not met(needs, "组织“千名工匠下乡”活动")
    assert met(needs, "组织“千名工匠下乡”活动，每年派1000名工匠")
    assert met(wanted(Intent.TIME, "哪个时期建的"), "“十四五”期间建成")


def test_a_decimal_is_not_a_number_that_the_question_states():
    assert stated_numbers("超过2.5倍的怎么办") == ()
    assert stated_numbers("那20个工坊") == ("20",)


def test_a_slogan_is_asked_about_only_where_the_question_asks_for_its_meaning():
    text = "入选“四五”丛书的有甲、乙"
    assert not leaves_slogan_open("有哪几本书入选“四五”丛书", text, "")
    assert leaves_slogan_open("“四五”丛书是指哪些书", "编写“四五”丛书", "")
    assert leaves_slogan_open("“四五”丛书，这两个数分别指什么", "编写“四五”丛书", "")


@pytest.mark.parametrize(
    ("question", "same", "other"),
    [
        ("三类园补多少", "三类园每年补助3万元", "一类园每年补助10万元"),
        ("第三批选几个", "第三批遴选5个", "第二批遴选8个"),
        ("第2期工程花了多少钱", "二期工程投资300万元", "一期工程投资100万元"),
    ],
)
def test_a_sentence_of_another_grade_does_not_answer(question, same, other):
    assert not of_other_grade(same, graded(question))
    assert not of_other_grade("工程投资800万元", graded(question))
    assert of_other_grade(other, graded(question))


def test_a_word_that_begins_like_a_measure_is_none():
    needs = wanted(Intent.FIGURE, "建多少个苗圃")
    assert met(needs, "建3处苗圃") and not met(needs, "3 支持苗圃建设")


def test_a_slogan_that_counts_more_than_the_list_before_it_stays_open():
    asked = "“五个绿色园区”是哪五个"
    assert leaves_slogan_open(asked, "为改善环境、实现“五个绿色园区”目标努力", "")
    assert not leaves_slogan_open(asked, "建成东、西、南、北、中“五个绿色园区”", "")


def test_a_mere_number_leaves_open_which_ones_they_are():
    assert leaves_open("要建20个苗圃 是哪些苗圃", "建设20个左右高标准的苗圃")
    assert not leaves_open("要建20个苗圃 是哪些苗圃", "建设东山、西河等20个高标准的苗圃")


@pytest.mark.parametrize("question", ["电话回访覆盖多少户", "举报电话由谁公布", "占地多少亩"])
def test_nothing_is_sought_by_name_where_the_word_says_how_or_of_what(question):
    assert sought(question) == ()
