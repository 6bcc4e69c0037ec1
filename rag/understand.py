"""A question, with what was asked before it, into what has to be looked for.

An elliptic question (那人社局呢？ 第7项呢 由谁负责？) is completed from the question before it, whose understanding and
answer are handed in as `Context`; nothing is remembered between calls.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.departments import Departments, Mention
from ingest.numerals import parse_number
from ingest.references import SERIES, ClauseReference, find_references, is_inner
from rag.documents import (
    DocumentMention,
    DocumentNames,
    Resolved,
    fold_apart,
    owner_of,
    plans_of,
    resolve,
    unknown_numbers,
)
from rag.elliptic import JOINED, aligned, last_part, next_reference, with_outer, with_reference, year_meant
from rag.kind import settled
from rag.library import Library
from rag.places import places_in
from rag.question import (
    BASIS,
    Intent,
    Meta,
    asked_of_whole,
    asked_particular,
    asking,
    beside_particular,
    intent_of,
    points_to_document,
)
from rag.schema import Interpretation
from rag.smalltalk import is_chat, without_greeting
from rag.spelling import Spelling
from rag.terms import Terms, excepted, fold, terms_of
from rag.years import YEAR, year_before, years_of

NAME_SHARE = 0.3  # of its weight for a term that only stands in the name of a document
CARRIED_SHARE = 0.5  # weight of the earlier question's terms beside the new question's own
BESIDE_NAME = 6  # characters beside a document's name in a question that only names another document
MAX_REFERENCES = 20  # clauses that one question may point at; looking each up takes time
# Of a title what may not stand between its year and the rest of its name
_ABOUT = re.compile(r"[^\u4e00-\u9fff]|[年的]")
ENOUGH_WORDS = 2  # content words with which a question stands on its own
ENOUGH_CHARS = 11  # characters that they have together


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """A question as understood, with all that retrieval and composition need."""

    asked: str  # the user's words
    question: str  # completed from the history
    put: str  # how it is put: the part of `question` that says what is asked now, not what was asked before it
    intent: Intent
    meta: Meta | None = None
    units: tuple[str, ...] = ()  # canonical names, in order of mention
    excluded_units: tuple[str, ...] = ()  # 除了发改委还有谁
    document_ids: tuple[str, ...] = ()  # () = any
    preferred_ids: tuple[str, ...] = ()  # documents that the question may be naming
    references: tuple[Resolved, ...] = ()
    terms: Terms
    years: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # provinces, cities and countries that it names
    new_part: Terms | None = None  # what an elliptic question puts in place of a part of the one before
    unknown_numbers: tuple[str, ...] = ()  # document numbers that are none of the documents'
    alone: "Understanding | None" = None  # a short question read by itself, when it need not lean on the one before
    missing_document: str = ""  # a document of a year that there is none of: 2024年的工作要点
    focus: tuple[str, ...] = ()  # clause ids that the answer before rests on, when the question leans on it

    def within(self, asked_ids: Sequence[str] | None) -> Sequence[str] | None:
        """The documents to search: those that the question names among those asked for; None for all.

        A question that names none of those asked for is searched in all of them.
        """
        named = self.document_ids
        both = list(named) if asked_ids is None else [d for d in asked_ids if not named or d in named]
        return both or asked_ids

    def interpretation(self) -> Interpretation:
        """Return the part that is shown to whoever asked."""
        return Interpretation(
            question=self.question, intent=self.intent.value, units=self.units, document_ids=self.document_ids
        )


@dataclass(frozen=True, kw_only=True)
class Context:
    """The question before, as understood, and the clauses that its answer cited."""

    understanding: Understanding
    cited: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Whole:
    """A question about a document as a whole, or about documents: what it speaks of, and which one it means."""

    intent: Intent
    terms: Terms
    document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """How questions are cut and how common their words are in the corpus."""

    words: Callable[[str], Iterable[str]]
    frequency: Callable[[str], int]
    everyday: Callable[[str], int]
    clauses: int
    spelling: Spelling


_CHOICE = re.compile(r"第([一二三四五六七八九十\d]+)个(?:是什么|是啥|讲什么|具体内容|内容|详细[^，。]{0,4})?")
_POLITE = r"请问|好的?(?=[，,。：:\s那下再])|嗯|哦|[，,。：:\s]"
_GOES_ON = (
    r"那么?|换成|改成|还有|另外|不是|不对|不(?![^，,。\s])|错了|说错了?|打错了?|问错了?|更正(?:一下)?|纠正一下|而|再问一下"
    r"|我问的?是|我是问|我说的是|我想问的是|我问|是问|应该?是|是(?=[^否不])"
)
_LEAD = re.compile(f"^(?:{_POLITE}|{_GOES_ON})+")
_LEANING_LEAD = re.compile(f"^(?:{_POLITE})*(?:{_GOES_ON})")
_NEW_TOPIC = re.compile(
    r"^(?:先?不(?:说|聊|管|问)这个了?|换个(?:话题|问题)|(?:再|另外)?问(?:个|一个)(?:别的|其他的|另外的)(?:问题)?"
    r"|说(?:个|点)别的|另一个问题)[，,。：:\s]*"
)
_INSTEAD = re.compile(r"^(?:换成|改成)")
_MORE = re.compile(r"还|一共|总共|所有|全部")  # asks for what a department does beside the subject before
_TAIL = re.compile(r"(?:的)?呢?[？?。！!\s]*$")
_BACK = re.compile(
    r"这(?!里|些年|几年)|那(?!么)|它|(?<![尤耳极何及与])其(?!他|余|它|实|次|间)|(?<!应)该(?:项|条|款|文件|办法|任务|单位|部门)|上述|前者|后者|又[是有归由叫]|他们|她们|刚才|上面|同样|还有(?:哪|谁|什么|别的)"
)


def understand(
    question: str,
    *,
    context: Context | None,
    library: Library,
    names: DocumentNames,
    departments: Departments,
    vocabulary: Vocabulary,
) -> Understanding:
    """Return the question as understood after the conversation so far."""
    question = without_greeting(question)
    if topic := _NEW_TOPIC.match(question):
        question, context = question[topic.end() :] or question, None
    reader = _Reader(library=library, names=names, departments=departments, vocabulary=vocabulary)
    alone = reader.read(question, asking(vocabulary.spelling.mend(question)))
    if context is None or alone.intent is Intent.CHAT:
        return alone
    return reader.complete(alone, context)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    library: Library
    names: DocumentNames
    departments: Departments
    vocabulary: Vocabulary

    def read(self, asked: str, question: str, *, put: str = "", within: Sequence[str] = ()) -> Understanding:
        """Understand a question that stands on its own, or that goes on from another one and is put as `put` says.

        `within` are the documents meant when it names none.
        """
        put = put or question
        mentions, missing = self._of_their_years(self.names.find(question), question)
        document_ids = tuple(mention.document_id for mention in mentions if mention.certain) or tuple(within)
        preferred = tuple(mention.document_id for mention in mentions if not mention.certain)
        excluded = tuple(mention.name for words in excepted(question) for mention in self.departments.find(words))
        units = self._units(question, mentions)
        all_named = tuple(mention.document_id for mention in mentions)
        looked_in = all_named if len(set(all_named)) > 1 else document_ids or preferred
        references = tuple(self._resolve(find_references(question)[:MAX_REFERENCES], question, looked_in, mentions))
        if references and preferred and not document_ids:
            document_ids = preferred
        if not document_ids and references:
            document_ids = tuple(dict.fromkeys(c.document_id for r in references for c in r.clauses))
        meta = self._particular(put, mentions)
        if meta is not None and not document_ids:
            document_ids = preferred
        names_unit, names_clause = bool(set(units) - set(excluded)), bool(references)
        intent = intent_of(put, names_unit=names_unit, names_clause=names_clause, documents=len(mentions))
        intent = settled(intent, put, names_unit=names_unit, names_clause=names_clause)
        if intent is Intent.COMPARE and len(mentions) > 1:
            document_ids = tuple(mention.document_id for mention in mentions)
        whole: _Whole | None = None
        if is_chat(put):
            intent = Intent.CHAT
        elif meta is not None and (document_ids or meta is Meta.CONTACT) and not references:
            intent = Intent.META
        elif not references and (whole := self._of_whole(put, intent, mentions)) is not None:
            intent, document_ids = whole.intent, document_ids or whole.document_ids
        return Understanding(
            asked=asked,
            question=question,
            put=put,
            intent=intent,
            meta=meta,
            units=units,
            excluded_units=excluded,
            document_ids=document_ids,
            preferred_ids=preferred,
            references=references,
            terms=whole.terms if whole else self._beside_names(question, mentions),
            years=years_of(_beside_documents(question, mentions)),
            places=self._places(question),
            missing_document=missing,
            unknown_numbers=tuple(unknown_numbers(question, mentions)),
        )

    def _particular(self, question: str, mentions: Sequence[DocumentMention]) -> Meta | None:
        """Return the particular that a question asks of a document: not of something in it, as 要点里蓝皮书由谁发布."""
        meta = asked_particular(question)
        if meta is None or (meta is Meta.CONTACT and not mentions):
            return meta
        documents = [self.library.document(mention.document_id) for mention in mentions]
        names = fold("".join(map(owner_of, documents)))
        rest = _blotted(question, (*mentions, *self.departments.find(question)))
        beside = (self._terms(part).terms for part in beside_particular(rest))
        return None if all(any(term.word and not term.share_in(names) for term in part) for part in beside) else meta

    def _of_whole(self, question: str, read: Intent, mentions: Sequence[DocumentMention]) -> "_Whole | None":
        """Return what a question asks about a document as a whole or about documents, None for any other question.

        重点工作 of a year are those of that year's plan of work. Anything else that it speaks of makes it a question
        to a document's text: 实施方案讲了什么税收政策. `read` is how it is read else; 共有几项主要任务 wants a figure.
        """
        asked = asked_of_whole(_blotted(question, mentions))
        if asked is None or (asked[0] is Intent.OVERVIEW and read is Intent.FIGURE):
            return None
        intent, rest = asked
        beside = self._terms(rest)
        words = [term for term in beside.terms if term.word]
        if intent is Intent.DOCUMENTS:
            return None if mentions else _Whole(intent=intent, terms=beside)
        if mentions or points_to_document(question):
            return None if words else _Whole(intent=intent, terms=self._terms(question))
        plans = plans_of(question, self.library.documents())
        meant = tuple(one.id for one in plans if all(term.share_in(fold(one.title)) for term in words))
        return _Whole(intent=intent, terms=beside, document_ids=meant) if len(meant) == 1 else None

    def _places(self, question: str) -> tuple[str, ...]:
        """Return the places that a question names; of a chain of questions those of the last one that names some."""
        parts = reversed(question.split(JOINED))
        return next((found for part in parts if (found := places_in(part, self.vocabulary.words))), ())

    def _beside_names(self, question: str, mentions: Sequence[DocumentMention]) -> Terms:
        """Return the question's terms; what only stands in a document's name says where to look and weighs little."""
        folded, rest = fold_apart(question), _beside_documents(question, mentions)
        terms = self._terms(question)
        if rest == folded:
            return terms
        return Terms(
            terms=tuple(
                term if term.text in rest or term.text not in folded else replace(term, weight=term.weight * NAME_SHARE)
                for term in terms.terms
            )
        )

    def _of_their_years(self, mentions: list[DocumentMention], question: str) -> tuple[list[DocumentMention], str]:
        """Return the documents named, less those that are named with a year that is not theirs, and such a name.

        Only of documents with a year in their title: a year before a plan's name may be the one it aims at.
        """
        kept, missing = [], ""
        folded = fold_apart(question)
        for mention in mentions:
            document = self.library.document(mention.document_id)
            own = (
                f"{document.title} {document.number} {document.issued_on}"
                if re.search(r"20\d\d", document.title)
                else ""
            )
            said = year_before(folded[: mention.start].rstrip(_ABOUT.sub("", fold(document.title))))
            if said and own and said[1] not in own and said[1] not in mention.written:
                missing = f"{said[1]}年的{mention.written}"
            else:
                kept.append(mention)
        return kept, missing

    def _units(self, question: str, mentions: Sequence[DocumentMention]) -> tuple[str, ...]:
        """Return the departments named in a question, in order of mention.

        Those do not count that only stand in the name of a document, nor, where others are named, those that only
        stand in what the question rests on (按照某部与某市的分工，……).
        """
        names = "，".join(mention.written for mention in mentions)
        rest = _blotted(question, mentions, "，")
        in_names = {found.name for found in self.departments.find(names)}
        asked = {found.name for found in self.departments.find(BASIS.sub("，", rest))}
        beside = {found.name for found in self.departments.find(rest)}
        found = dict.fromkeys(found.name for found in self.departments.find(question))
        kept = [name for name in found if name not in in_names or name in beside]
        return tuple(name for name in kept if name in asked) or tuple(kept)

    def complete(self, alone: Understanding, context: Context) -> Understanding:
        """Complete a question that leans on the one before; one that stands alone is returned as it is."""
        core = _TAIL.sub("", _LEAD.sub("", alone.question)).strip("，,。 ")
        only_named = self._only_names_document(core, alone)
        if not only_named and not _leans(alone, core, self.names.find(alone.question) != []):
            return alone if alone.document_ids else replace(alone, preferred_ids=context.understanding.document_ids)
        if not only_named and not _leans_openly(alone):
            return replace(self._joined(alone, core, context), alone=alone)
        return self._joined(alone, core, context)

    def _joined(self, alone: Understanding, core: str, context: Context) -> Understanding:
        """Return the question completed from the one before."""
        before = context.understanding
        if (chosen := self._choice(core, alone, context)) is not None:
            return chosen
        if (swapped := self._swap(core, alone, before)) is not None:
            put = last_part(swapped, like=before.put)
            completed = self.read(alone.asked, swapped, put=put, within=before.document_ids)
            return replace(
                completed,
                focus=context.cited,
                terms=self._weigh(core, completed, before),
                new_part=self._new_part(core, completed),
            )
        within = alone.document_ids or before.document_ids or _documents_of(context, self.library)
        question = f"{before.question.rstrip('？?。 ')}{JOINED}{alone.asked}"
        terms = alone.terms
        if before.intent is not Intent.META:  # 联系电话 is a particular, no subject to go on with
            terms = terms.merged(before.terms.scaled(CARRIED_SHARE))
        intent, put = alone.intent, alone.question
        if alone.meta is not None and within and not alone.references:
            intent = Intent.META
        elif alone.asked.rstrip("？?").endswith("呢") and (intent is Intent.OPEN or core == ""):
            intent, put = before.intent, f"{before.put.rstrip('？?。 ')}{JOINED}{alone.question}"
        return replace(
            alone,
            question=question,
            put=put,
            intent=intent,
            meta=alone.meta,
            document_ids=within,
            units=alone.units or (before.units if alone.intent is Intent.TASKS else ()),
            references=alone.references,
            terms=terms,
            new_part=self._new_part(core, alone) if alone.question.rstrip("？? ").endswith("呢") else None,
            years=alone.years or before.years,
            places=alone.places or before.places,
            focus=context.cited,
        )

    def _choice(self, core: str, alone: Understanding, context: Context) -> Understanding | None:
        """Return the look-up of the clause that 第二个 means: the second one that the answer before cited."""
        match = _CHOICE.fullmatch(core)
        number = parse_number(match[1]) if match else None
        if number is None or not 1 <= number <= len(context.cited):
            return None
        clause = self.library.clause(context.cited[number - 1])
        reference = ClauseReference(written=core, start=0, end=len(core), steps=())
        question = f"《{self.library.document(clause.document_id).title}》{clause.label}是什么内容？"
        return replace(
            alone,
            question=question,
            put=question,
            intent=Intent.CLAUSE,
            document_ids=(clause.document_id,),
            references=(Resolved(reference=reference, clauses=(clause,)),),
            focus=context.cited,
        )

    def _swap(self, core: str, alone: Understanding, before: Understanding) -> str | None:
        """Return the question before with one part changed: 第7项 for 第6项, 人社局 for 宣传部, 2024 for 2025."""
        old = before.question
        if (earlier := find_references(old)) and (following := next_reference(core, earlier[-1])) is not None:
            return with_reference(old, earlier[-1], following)
        if (document := self._other_document(core, alone, old)) is not None:
            return document
        if alone.references and (earlier := find_references(old)):
            reference = alone.references[-1].reference
            if alone.intent is Intent.CLAUSE and is_inner(reference.steps[0], earlier[-1].steps[-1]):
                return f"{earlier[-1].written}{core}"  # 第五条是啥 after 附件1一共有几条
            if len(core) <= len(reference.written) + 4 or alone.intent is before.intent:
                return with_reference(old, earlier[-1], with_outer(reference, earlier[-1], old))
        mentions = self.departments.find(core)
        if mentions and before.units and self._only_names_unit(core, alone, before):
            replaced = self.departments.find(old)[-1]
            return old[: replaced.start] + mentions[0].written + old[replaced.end :]
        if (year := year_meant(core, before.years)) is not None:
            found = YEAR.search(old)
            return old[: found.start()] + year + old[found.end() :] if found else year + old
        if not alone.question.rstrip("？? ").endswith("呢"):
            return None
        last = last_part(old)
        if re.search(r"的呢\s*[？?]*$", alone.question) and "的" in last:
            return f"{core}{last[last.rfind('的') :]}"
        return aligned(core, last, list(self.vocabulary.words(last)))

    def _only_names_unit(self, core: str, alone: Understanding, before: Understanding) -> bool:
        """Whether a question hardly says more than its department, or asks the same of it: 人社局负责的又是哪几项."""
        mentions = self.departments.find(core)
        if sum(m.end - m.start for m in mentions) >= len(core) - 2:
            return True
        for mention in mentions:
            core = core.replace(mention.written, "，")
        same = alone.intent is before.intent is Intent.TASKS and not _MORE.search(core)
        return same and not any(term.word for term in self._terms(core).terms)

    def _other_document(self, core: str, alone: Understanding, old: str) -> str | None:
        """Return the question before about another document, when the new one is hardly more than its name."""
        named = self.names.find(old)
        if not named or not self._only_names_document(core, alone):
            return None
        folded = fold_apart(old)
        return folded[: named[0].start] + core.rstrip("。") + folded[named[-1].end :]

    def _only_names_document(self, core: str, alone: Understanding) -> bool:
        """Whether a question is hardly more than the name of a document: 那工作要点里, not 工作要点的文号."""
        named = self.names.find(core)
        return bool(named) and alone.meta is None and len(core) - (named[-1].end - named[0].start) <= BESIDE_NAME

    def _new_part(self, core: str, completed: Understanding) -> Terms | None:
        """Return the words of the new part that an answer must hold; None for a number, a year, a department."""
        if completed.references or YEAR.search(core) or self.departments.find(core):
            return None
        part = self._terms(core)
        return part if part.terms else None

    def _weigh(self, core: str, completed: Understanding, before: Understanding) -> Terms:
        """The new part weighs whole, what is carried over a share."""
        return self._terms(core).merged(completed.terms.scaled(CARRIED_SHARE)) if core else before.terms

    def _terms(self, question: str) -> Terms:
        return terms_of(
            question,
            words=self.vocabulary.words,
            frequency=self.vocabulary.frequency,
            everyday=self.vocabulary.everyday,
            clauses=self.vocabulary.clauses,
        )

    def _resolve(
        self,
        references: Sequence[ClauseReference],
        question: str,
        document_ids: Sequence[str],
        mentions: Sequence[DocumentMention],
    ) -> Iterator[Resolved]:
        """Resolve references in the documents named, or in whichever documents hold them, each document read once.

        Of several documents named a reference means the last one before it: 甲方案第9项和乙意见第6项.
        """
        meant = [_named_before(reference, question, mentions) for reference in references]
        if not references:
            return
        found: list[list[Resolved]] = [[] for _ in references]
        for document_id in document_ids or [document.id for document in self.library.documents()]:
            document, clauses = self.library.document(document_id), self.library.clauses(document_id)
            name = owner_of(document)
            for reference, places, only in zip(references, found, meant, strict=True):
                if only in (None, document_id):
                    places.append(resolve(reference, question, clauses, name))
        for reference, places in zip(references, found, strict=True):
            hits = tuple(clause for resolved in places for clause in resolved.clauses)
            if not hits and reference.steps[-1].unit in SERIES and not any(place.missing_in for place in places):
                continue  # no document numbers so: 任务4 may be the fourth row of a list
            most = max(places, key=lambda resolved: len(resolved.missing), default=None)  # 附件2共52项 says most
            yield Resolved(reference=reference, clauses=hits) if hits or most is None else most


def _leans(alone: Understanding, core: str, names_document: bool) -> bool:
    """Whether a question needs the one before it."""
    words = [term for term in alone.terms.terms if term.word]
    content = sum(len(term.text) for term in words)
    if names_document and words:
        return False
    if alone.intent is Intent.TASKS and not (_BACK.search(alone.question) or _INSTEAD.match(alone.question)):
        return False
    if _leans_openly(alone):
        return True
    return len(words) < ENOUGH_WORDS or content <= ENOUGH_CHARS or len(core) <= 4


def _leans_openly(alone: Understanding) -> bool:
    """Whether the words say that there is something before: 那……, ……呢, 这项, 不是，我问的是……."""
    asked = alone.asked.strip("？?。 ")
    if _CHOICE.fullmatch(asked):
        return True
    return bool(_BACK.search(asked) or re.search(r"呢\s*[？?]*$", asked) or _LEANING_LEAD.match(asked))


def _named_before(reference: ClauseReference, question: str, mentions: Sequence[DocumentMention]) -> str | None:
    """Return the document named last before a reference where a question names several, else None."""
    at = len(fold_apart(question[: reference.start]))
    before = [mention.document_id for mention in mentions if mention.end <= at]
    return before[-1] if before and len({mention.document_id for mention in mentions}) > 1 else None


def _blotted(question: str, mentions: Iterable[DocumentMention | Mention], mark: str = "|") -> str:
    """Return a folded question with what it names, documents or departments, blotted out wherever it stands."""
    rest = fold_apart(question)
    for mention in mentions:
        rest = rest.replace(fold(mention.written), mark)
    return rest


def _beside_documents(question: str, mentions: Sequence[DocumentMention]) -> str:
    """Return a folded question with the names of documents, and the years right before them, blotted out."""
    rest = fold_apart(question)
    for mention in mentions:
        if mention.certain:
            year = year_before(rest[: mention.start])
            start = year.start() if year else mention.start
            rest = rest[:start] + "|" * (mention.end - start) + rest[mention.end :]
    return rest


def _documents_of(context: Context, library: Library) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause.document_id for clause in library.clauses_by_id(context.cited)))
