"""The assistant that the settings describe, opened in the way that a command or a service needs."""

from api.config import Settings
from rag.answer import Assistant
from rag.answer import open_assistant as opened
from rag.errors import EmbeddingMismatch, IndexDamaged
from rag.index import go_to
from rag.live import LiveAssistant
from rag.llm import LanguageModel, LlmSettings
from rag.manifest import versions
from ui.progress import say


def open_assistant(settings: Settings) -> Assistant:
    """The assistant that the settings describe."""
    return opened(
        data_dir=settings.data_dir,
        embedding_model=settings.embedding_model,
        llm=language_model(settings),
        with_chroma=False,  # a command asks little and should answer at once
    )


def live_assistant(settings: Settings, *, with_chroma: bool = False) -> LiveAssistant:
    """The same, following the index: a version that another process ingests is taken up without a restart.

    `with_chroma` is for the one process to which Chroma's folders belong; with a Chroma server it makes no difference.
    """
    llm = language_model(settings)
    if llm is not None:
        llm.load()  # now, so that nobody's first question waits for it
    return LiveAssistant(
        data_dir=settings.data_dir,
        embedding_model=settings.embedding_model,
        llm=llm,
        with_chroma=with_chroma,
        chroma_url=settings.chroma_server,
    )


def language_model(settings: Settings) -> LanguageModel | None:
    """The language model that the settings describe, None where they name none."""
    if settings.llm_base_url and settings.llm_model:
        return LanguageModel(
            LlmSettings(
                base_url=str(settings.llm_base_url),
                model=settings.llm_model,
                api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else "",
                timeout_s=settings.llm_timeout_s,
                max_retries=settings.llm_max_retries,
                max_tokens=settings.llm_max_tokens,
                max_clauses=settings.llm_max_clauses,
                context_chars=settings.llm_context_chars,
                extra=settings.llm_extra,
            )
        )
    if settings.llm_base_url or settings.llm_model:
        say("提醒：TIAOWEN_LLM_BASE_URL 和 TIAOWEN_LLM_MODEL 要一起设置，现在只用原文作答")
    return None


def last_good(settings: Settings, *, with_chroma: bool) -> LiveAssistant:
    """The assistant on the serving version or, where its files are damaged, on the last one that is whole."""
    try:
        return live_assistant(settings, with_chroma=with_chroma)
    except IndexDamaged as exc:
        if not go_back(settings, exc):
            words = f"{exc}，也没有完好的旧版。请删去 {settings.data_dir / 'index'} 后重新入库，或从备份恢复"
            raise IndexDamaged(words) from exc
    return live_assistant(settings, with_chroma=with_chroma)


def go_back(settings: Settings, why: IndexDamaged) -> bool:
    """Let the last version serve that is whole, in place of one that is not; False where there is none."""
    for older in reversed(versions(settings.data_dir)):
        try:
            go_to(settings.data_dir, older.version, settings.embedding_model)
        except (IndexDamaged, EmbeddingMismatch):
            continue
        say(f"提醒：{why}。改用版本 {older.version}；之后请再运行 tiaowen ingest")
        return True
    return False
