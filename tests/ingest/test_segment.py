"""Words for searching, and what importing costs."""

import subprocess
import sys

import pytest

from ingest.segment import Segmenter, corpus_words


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(corpus_words(["推进“丁班工坊”建设，落实《丁字规划》和“1+X”"]))


def test_departments_and_quoted_terms_are_words(segmenter):
    assert "市人社局" in segmenter.words("由市人社局负责")
    assert "丁班工坊" in segmenter.words("建设丁班工坊")
    assert "丁字规划" in segmenter.words("丁字规划")


def test_width_and_case_do_not_count_and_punctuation_is_dropped(segmenter):
    assert segmenter.words("ＰＰＰ模式，") == segmenter.words("ppp模式。") == ["ppp", "模式"]
    assert segmenter.words("，。！") == []


def test_long_words_are_followed_by_their_parts(segmenter):
    words = segmenter.words("人工智能")
    assert "人工" in words and "人工智能" in words


def test_own_words_stay_own(segmenter):
    assert "丁班工坊" not in Segmenter().words("建设丁班工坊")


def test_the_same_corpus_gives_the_same_words():
    assert corpus_words(["“乙”“甲乙”"]) == corpus_words(iter(["“甲乙”“乙”"]))


def test_the_cache_is_where_it_is_asked_for(tmp_path):
    assert Segmenter(["甲乙丙"], cache_dir=tmp_path).words("甲乙丙")[-1] == "甲乙丙"
    assert list(tmp_path.iterdir())


def test_splitting_does_not_import_jieba():
    code = "import sys, ingest.split, ingest.segment; sys.exit('jieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
