"""Every setting of Tiaowen: its environment variable, type, range, default and meaning.

Built once in `main` (`load_settings`) and passed on; nothing else reads the environment.
"""

import json
import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, JsonValue, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+\Z")  # https://oa.example.cn ; not: *, oa.example.cn
PREFIX = "TIAOWEN_"
REPOSITORY = Path(__file__).resolve().parent.parent
# Read by the tests and by other programs, not by the service: no warning for these.
NOT_SETTINGS = frozenset({"TIAOWEN_BROWSER", "TIAOWEN_REQUIRE_BROWSER"})


class Settings(BaseSettings):
    """The settings tree; the environment variable of a field is `TIAOWEN_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data_dir: Path = Field(default=Path("data"), description="运行时写入的一切（索引、解析结果）所在的目录")
    corpus_dir: Path = Field(
        default=REPOSITORY / "corpus", description="serve 启动时自动入库的文件目录，其中有 catalogue.toml"
    )
    host: str = Field(default="127.0.0.1", min_length=1, max_length=255, description="监听地址；默认只有本机能访问")
    port: int = Field(default=7860, ge=1, le=65535, description="监听端口，聊天页和接口共用")
    workers: int = Field(
        default=1, ge=1, le=64, description="接口进程的个数；多于一个时聊天页另有一个进程（Linux、macOS）"
    )
    embedding_model: str | None = Field(
        default=None, min_length=1, max_length=400, description="向量模型的名称或目录；不设时用随程序附带的模型"
    )
    chroma_url: AnyHttpUrl | None = Field(
        default=None, description="Chroma 服务（chroma run）的地址，向量放在那里；不设时放在数据目录里"
    )
    llm_base_url: AnyHttpUrl | None = Field(
        default=None, description="OpenAI 兼容的大模型服务地址，例如 http://127.0.0.1:8000/v1；不设时只用原文作答"
    )
    llm_model: str | None = Field(
        default=None, min_length=1, max_length=200, description="大模型名称；与地址一起设置才生效"
    )
    llm_api_key: SecretStr | None = Field(default=None, description="大模型服务的密钥；服务不要密钥时可不设")
    llm_timeout_s: float = Field(
        default=30.0, gt=0, le=600, description="等大模型答完的最长时间（秒），连接和重试都算在内，超时改用原文作答"
    )
    llm_max_retries: int = Field(default=1, ge=0, le=5, description="大模型请求失败后的重试次数")
    llm_max_tokens: int = Field(
        default=2000, ge=50, le=100_000, description="大模型一次最多写多少词元（token），会思考的模型连思考在内"
    )
    llm_max_clauses: int = Field(default=8, ge=1, le=50, description="一次最多给大模型看多少条条款")
    llm_context_chars: int = Field(
        default=6000, ge=200, le=200_000, description="给大模型看的条款一共最多多少字，超过的截去；约 1 字 1 个词元"
    )
    llm_extra: Annotated[dict[str, JsonValue], NoDecode] = Field(
        default={}, description='随每个请求交给大模型服务的别的参数，JSON，例如 {"enable_thinking": false}'
    )
    admin_key: SecretStr | None = Field(
        default=None,
        min_length=12,
        max_length=200,
        description="管理员密钥，至少 12 个字符；上传、删除、重建文件和查看反馈时要用；也可以用 tiaowen keys add 生成",
    )
    rate_limit_per_minute: int = Field(
        default=300, ge=0, le=1_000_000, description="每个密钥在每个地址上每分钟最多多少次请求，0 为不限"
    )
    local_rate_limit_per_minute: int = Field(
        default=30_000, ge=0, le=1_000_000, description="本机不带密钥时每分钟最多多少次请求，0 为不限"
    )
    max_concurrency: int = Field(
        default=64, ge=1, le=1000, description="同时处理的接口请求最多多少个，再多的请稍后再来（503）"
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="允许从哪些网站的网页调用接口，例如 https://oa.example.cn，多个用逗号隔开；不设时都不允许",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="日志级别")
    log_format: Literal["text", "json"] = Field(default="text", description="日志格式：text 给人看，json 每行一个对象")
    log_questions: bool = Field(default=False, description="把问题原文写进日志；默认不写，以免留下谁问了什么")
    otel: bool = Field(
        default=False, description="把请求的追踪交给 OpenTelemetry；要安装附加库 tiaowen[otel]，用 OTEL_* 变量配置"
    )
    max_question_chars: int = Field(default=2000, ge=10, le=20000, description="一个问题或检索词最多多少字")
    max_history_turns: int = Field(default=40, ge=0, le=1000, description="一次请求最多带多少条历史消息")

    @property
    def chroma_server(self) -> str | None:
        """The address of the Chroma server as rag takes it."""
        return None if self.chroma_url is None else str(self.chroma_url)

    @field_validator("llm_extra", mode="before")
    @classmethod
    def _object(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
        if wrong := [origin for origin in origins if not _ORIGIN.match(origin)]:
            raise ValueError(f"{wrong[0]} 不是网站地址")
        return origins


class SettingsError(Exception):
    """A setting has a wrong value; the message is one Chinese line that says what to do."""


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` (not None) win. Raises SettingsError."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as exc:
        first = exc.errors(include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        field = Settings.model_fields.get(name)
        meaning = f"（{field.description}）" if field and field.description else ""
        raise SettingsError(f"设置 {PREFIX}{name.upper()} 的值不对{meaning}：{first['msg']}。请改正后再试") from exc


def unknown_variables(environment: dict[str, str] | None = None) -> list[str]:
    """Names of TIAOWEN_ variables that are no setting: most likely misspelt."""
    names = os.environ if environment is None else environment
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    return sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
