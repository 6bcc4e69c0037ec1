from dataclasses import replace

from ingest.schema import Clause, Kind
from rag.rerank import fold_copies
from rag.schema import Hit
from tests.rag.examples import clause, plan, rules

WORDS = "停车场应当在入口处公示收费标准和监督电话，接受社会监督。"


def hit(document_id: str, number: str, words: str, score: float) -> Hit:
    document = replace((plan() if document_id == "plan" else rules()).document, text=f"{number}　{words}")
    made: Clause = clause(document, number, Kind.ARTICLE, (number,), f"{number}　{words}")
    return Hit(clause=replace(made, heading=number, label=number), score=score)


def test_a_copy_in_another_document_is_a_twin_of_the_better_hit() -> None:
    best = hit("plan", "第三条", WORDS, 0.9)
    other = hit("rules", "第九条", "停车场收费标准由区人民政府制定，每两年评估一次，向社会公布。", 0.8)
    copy = hit("rules", "第七条", WORDS.replace("，", " ，"), 0.7)
    folded = fold_copies([best, other, copy])
    assert [found.clause.id for found in folded] == [best.clause.id, other.clause.id]
    assert folded[0].clause.twins == (copy.clause.id,)
    assert folded[0].score == best.score
    assert folded[1] == other


def test_other_words_the_same_document_and_short_texts_stay() -> None:
    changed = [hit("plan", "第三条", WORDS, 0.9), hit("rules", "第七条", WORDS.replace("应当", "可以"), 0.7)]
    same = [hit("plan", "第三条", WORDS, 0.9), hit("plan", "第七条", WORDS, 0.7)]
    short = [hit("plan", "第三条", "自公布之日起施行。", 0.9), hit("rules", "第七条", "自公布之日起施行。", 0.7)]
    for hits in (changed, same, short, []):
        assert fold_copies(hits) == hits
