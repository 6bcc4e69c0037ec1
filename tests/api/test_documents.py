from fastapi.testclient import TestClient

from tests.fakes.documents import OPINION


def test_documents_are_listed_with_their_clause_counts(service: TestClient) -> None:
    found = service.get("/v1/documents").json()["documents"]
    assert [(one["id"], one["clause_count"]) for one in found][:2] == [("chanjiaocheng", 10), ("xiangqi", 3)]
    assert found[1]["number"] == "津教政〔2025〕7号"


def test_a_document_comes_with_its_splitting_report(service: TestClient) -> None:
    report = service.get("/v1/documents/chanjiaocheng").json()["report"]
    assert report["text_type"] == "意见＋附件清单"
    assert report["counts"]["annex_item"] == 4


def test_clauses_have_the_fields_of_the_contract_in_document_order(service: TestClient) -> None:
    clauses = service.get("/v1/documents/chanjiaocheng/clauses").json()["clauses"]
    assert [clause["clause_id"] for clause in clauses] == [clause.id for clause in OPINION.clauses]
    assert {
        "clause_id", "parent_id", "kind", "label", "path", "start", "end", "text", "own_text", "units", "twins",
    } <= set(clauses[0])  # fmt: skip
    assert clauses[7]["units"][0] == {"written": "市发展改革委", "name": "市发展改革委", "role": "责任"}
    assert "（二）推进社会力量" in clauses[1]["text"]  # whole, children included
    assert "（二）" not in clauses[1]["own_text"]


def test_the_text_is_the_source_unaltered(service: TestClient) -> None:
    assert service.get("/v1/documents/chanjiaocheng/text").json() == {
        "id": "chanjiaocheng",
        "text": OPINION.document.text,
    }


def test_a_clause_stands_among_its_neighbours(service: TestClient) -> None:
    found = service.get("/v1/clauses/chanjiaocheng.7").json()
    assert found["label"] == "附件2第6项"
    assert [one["label"] for one in found["ancestors"]] == ["附件2"]
    assert [one["label"] for one in found["before"]] == ["附件2第4项", "附件2第5项"]
    assert [one["label"] for one in found["after"]] == ["附件2第7项", "附件2第8项"]
    assert found["document"]["title"].startswith("关于深化")
    source = OPINION.document.text
    for at, start, length in found["own_runs"]:
        assert found["own_text"][at : at + length] == source[start : start + length]


def test_what_stands_under_a_clause_comes_along(service: TestClient) -> None:
    found = service.get("/v1/clauses/chanjiaocheng.1").json()
    assert [one["label"] for one in found["descendants"]] == ["第（二）条", "第（三）条"]


def test_departments_by_number_of_tasks(service: TestClient) -> None:
    units = service.get("/v1/units").json()["units"]
    assert [(unit["name"], unit["task_count"]) for unit in units[:3]] == [
        ("市人社局", 2),
        ("市财政局", 2),
        ("各区人民政府", 1),
    ]


def test_tasks_of_a_department_by_any_of_its_names(service: TestClient) -> None:
    found = service.get("/v1/units/市发改委/tasks").json()
    assert found["unit"] == "市发展改革委"
    (task,) = found["tasks"]
    assert task["citation"]["label"] == "附件2第6项"
    assert task["roles"] == ["责任"]
    text = OPINION.document.text
    assert text[task["citation"]["start"] : task["citation"]["end"]] == task["citation"]["quote"]


def test_health_and_readiness(service: TestClient) -> None:
    assert service.get("/healthz").json()["status"] == "ok"
    assert service.get("/readyz").json()["document_count"] == 3
