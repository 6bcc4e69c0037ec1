import pytest

from rag.kind import settled
from rag.question import Intent, Meta, asked_particular, asking, beside_particular, intent_of, parts_of, sides_of


def intent(question, *, unit=False, clause=False, documents=0):
    return intent_of(question, names_unit=unit, names_clause=clause, documents=documents)


def test_a_mistyped_question_word_is_mended_only_where_nothing_else_asks():
    assert asking("公园绿化归那家管") == "公园绿化归哪家管"
    assert asking("由那些部门负责") == "由哪些部门负责"
    assert asking("那家公司归谁管") == "那家公司归谁管"
    assert asking("归那家公司所有吗") == "归那家公司所有吗"


def test_grades_named_together_are_named_one_by_one():
    assert asking("一、二、三等奖各几项") == "一等奖、二等奖、三等奖各几项"
    assert asking("三等奖几项") == "三等奖几项"
    assert asking("一、二期建几座") == "一期、二期建几座"
    assert asking("十四五期间建几座") == "十四五期间建几座"


@pytest.mark.parametrize(
    "question",
    [
        "停车收费由谁负责？",
        "哪些部门负责绿化",
        "养老这块归哪几家管",
        "责任单位有哪些",
        "这事谁牵头",
        "停车费哪家说了算",
    ],
)
def test_asking_for_departments(question):
    assert intent(question) is Intent.UNITS


@pytest.mark.parametrize(
    "question", ["市水务局负责哪些任务？", "水务局有啥活", "水务局要承担哪几方面工作", "水务局管哪项"]
)
def test_asking_what_a_department_does(question):
    assert intent(question, unit=True) is Intent.TASKS


def test_all_but_one_department_is_a_question_for_departments():
    assert intent("除了水务局还有谁负责", unit=True) is Intent.UNITS


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("一共建几个公园", Intent.FIGURE),
        ("公园什么时候开放", Intent.TIME),
        ("公园可以遛狗吗", Intent.YESNO),
        ("摊位费算不算在收入总额里", Intent.YESNO),
        ("口袋公园是什么意思", Intent.DEFINITION),
        ("包括哪些设施", Intent.LIST),
        ("违规停车怎么处理", Intent.MEASURE),
        ("两个办法的要求有什么不同", Intent.COMPARE),
    ],
)
def test_kinds_of_questions(question, expected):
    assert intent(question) is expected


def test_a_clause_named_by_number_is_looked_up_unless_a_figure_is_asked():
    assert intent("第三条讲什么", clause=True) is Intent.CLAUSE
    assert intent("第三条要建多少个", clause=True) is Intent.FIGURE


@pytest.mark.parametrize(
    ("question", "meta"),
    [
        ("那个办法的文号是多少", Meta.NUMBER),
        ("哪天印发的", Meta.DATE),
        ("是哪几个部门联合印发的", Meta.ISSUERS),
        ("联系电话是多少", Meta.CONTACT),
        ("公园有几个", None),
        ("什么时候发展公园", None),
        ("什么时候制定的", Meta.DATE),
    ],
)
def test_particulars_of_a_document(question, meta):
    assert asked_particular(question) is meta


def test_what_a_particular_is_asked_of_stands_beside_it():
    assert beside_particular("白皮书由谁发布") == ["白皮书由|"]
    assert beside_particular("那份通知的文号，电话也要") == ["那份|的|", "|也要"]
    assert asked_particular("电话回访多少户") is None
    assert asked_particular("摊主的联系方式由谁登记") is None


def test_the_same_asked_of_two_things_is_two_questions():
    assert sides_of("公园绿化和道路保洁这两项，负责的部门一样吗？") == [
        "公园绿化由哪些部门负责？",
        "道路保洁由哪些部门负责？",
    ]
    assert sides_of("公园绿化和道路保洁由谁负责？") == []
    assert sides_of("公园绿化和道路保洁两项怎么考核？") == ["公园绿化怎么考核？", "道路保洁怎么考核？"]
    assert sides_of("园林公司和街道社区两个主体怎么合作？") == []
    assert sides_of("园林公司和街道社区两者怎么对接？") == []


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("园林局在清单里分到的任务是哪些", Intent.TASKS),
        ("哪些事要园林局参与", Intent.TASKS),
    ],
)
def test_what_a_department_is_given_is_asked_in_many_words(question, meant):
    assert intent(question, unit=True) is meant


def test_who_else_is_a_department_only_beside_a_department():
    assert intent("除了东山区还有谁") is not Intent.UNITS
    assert intent("除了园林局还有谁", unit=True) is Intent.UNITS


def test_a_few_years_running_are_no_figure():
    assert intent("连着几年亏损的公园怎么处理") is Intent.MEASURE


def test_which_year_is_better_is_a_comparison():
    assert intent("收入比上一年高了还是低了") is Intent.COMPARE


@pytest.mark.parametrize(
    "question",
    [
        "公园对比赛获奖的孩子有什么奖励",
        "哪些先进单位参与",
        "怎样与城市规划保持一致",
        "如何推动不同树种混栽",
        "谁来更新长椅",
        "各提供几把长椅",
        "如何扶持差异化经营",
        "怎样区别长期和临时的摊位",
    ],
)
def test_a_word_that_holds_the_sign_of_a_comparison_compares_nothing(question):
    assert intent(question) is not Intent.COMPARE


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("任何单位和个人占道经营的，怎么处理", Intent.MEASURE),
        ("由牵头单位报送的材料什么时候交", Intent.TIME),
        ("培养更多高水平园丁有哪些办法", Intent.LIST),
        ("登记与实物不一致的怎么处理", Intent.MEASURE),
    ],
)
def test_words_of_the_subject_are_no_sign_of_a_kind(question, expected):
    assert intent(question) is expected


def test_staff_who_do_wrong_are_no_list_of_tasks():
    assert intent("水务局工作人员有下列行为的，怎么处理", unit=True) is Intent.MEASURE


@pytest.mark.parametrize("question", ["园长是谁", "评审会主任由谁担任", "公园管理局局长现在是哪位", "谁来当组长"])
def test_who_holds_an_office_is_no_question_for_departments(question):
    assert intent(question) is not Intent.UNITS
    assert settled(intent(question), question, names_unit=False, names_clause=False) is not Intent.UNITS


def test_how_to_raise_a_share_asks_for_measures_not_for_the_share():
    assert intent("如何提高绿地的比例？") is Intent.MEASURE
    assert intent("怎样控制摊位数量") is Intent.MEASURE
    assert intent("绿地比例怎么规定") is Intent.FIGURE
    assert intent("如何把绿地比例提高到多少") is Intent.FIGURE


@pytest.mark.parametrize(
    "question", ["两份意见口径一致吗", "三年来有什么变化", "哪个先建成", "对摊位各怎么说", "收费有何不同"]
)
def test_comparisons(question):
    assert intent(question) is Intent.COMPARE


@pytest.mark.parametrize(
    "question",
    [
        "牵头和配合的部门分别列了谁",
        "请查“加强校园安全”条目的责任单位。",
        "责任单位除公安局外还包括哪些",
        "责任单位格子里填的什么",
    ],
)
def test_asking_what_stands_in_the_column_of_departments_asks_for_departments(question):
    assert intent(question) is Intent.UNITS


def test_what_only_opens_the_next_question_is_no_question_of_its_own():
    assert parts_of("那不收费的车位呢，归谁管？") == []
    assert parts_of("讲停车的几项，哪些有公安局？") == []
    assert parts_of("建几所？建在哪里？") == ["建几所", "建在哪里"]


@pytest.mark.parametrize("question", ["任何单位占道经营的，怎么处理？", "几乎全部车位收费，谁来定价？"])
def test_anyone_and_nearly_all_ask_nothing(question):
    assert parts_of(question) == []
