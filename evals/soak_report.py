"""The figures of `evals.soak` as Chinese Markdown; numbers are given as they were measured."""

from collections.abc import Mapping
from typing import Any

from evals.metrics.growth import RISE

Record = Mapping[str, Any]
_STORES = {"embedded": "内嵌的 Chroma", "chroma": "单独的 Chroma 服务（`TIAOWEN_CHROMA_URL`）"}
_STRETCHES = {"steady": "平稳", "overload": "过载", "after": "过载之后"}


def as_markdown(found: Record) -> str:
    """The report."""
    steady = found["steady"]
    lines = [
        f"# 负载：{_STORES[found['store']]}",
        "",
        f"`python -m evals.soak --store {found['store']} --minutes {steady['seconds'] / 60:.3g}`，{found['at']}，"
        f"提交 `{found['commit']}`，{found['cores']} 核，五份文件，不接大模型，经本机 HTTP；"
        "发请求的程序在同一台机器上，也占处理器。",
        "",
        *_verdict(found),
        "## 平稳：混合请求",
        "",
        *_stretch(steady),
        *_kinds(steady["kinds"]),
        "",
        "占比是各类请求的份数（共一百份）；p50、p95、p99 是用时的分位数（毫秒）。“错误请求”应当被拒绝，拒绝得对才算对。"
        f"同一个问题前后回答不同的：{steady['changed']} 次。服务日志里的错误：{steady['complaints']} 行。",
        "",
        "### 内存",
        "",
        *_memory(steady),
        "",
        "“自有”是进程自己写进内存的（换出去的也算），RSS 还含映射的文件（程序库、索引），可以与别的进程共用。"
        f"前 {found['warm_up_minutes']:g} 分钟用来预热，不算；"
        "斜率取其余各次采样两两之间斜率的中位数（Theil–Sen），方括号是 95% 区间。"
        f"区间全在 0 以上，而且其余时间最后三分之一的中位数比头三分之一高出 {RISE:.0%} 以上，才算在增长。",
        "",
        *(_later(found) if "after" in found else []),
    ]
    return "\n".join(lines)


def _later(found: Record) -> list[str]:
    """The stretches after the steady one."""
    overload, after, limits = found["overload"], found["after"], found["limits"]
    return [
        "## 过载",
        "",
        f"同一个数据目录，设 `TIAOWEN_MAX_CONCURRENCY={limits['max_concurrency']}`、"
        f"`TIAOWEN_LOCAL_RATE_LIMIT_PER_MINUTE={limits['local_rate_limit_per_minute']}`，"
        "被拒绝的立即再来，不理会 `Retry-After`。",
        "",
        *_stretch(overload),
        *_refusals(overload),
        "",
        "## 过载之后",
        "",
        "同一个进程，等 `Retry-After` 所说的时间过后：",
        "",
        *_stretch(after),
        *_kinds(after["kinds"]),
        "",
    ]


def _verdict(found: Record) -> list[str]:
    cut_short = ["**没有做完：平稳之后就断了，过载和过载之后没有测。**", ""] if "after" not in found else []
    failed = [f"- {_STRETCHES[name]}：{words}" for name, all_words in found["failed"].items() for words in all_words]
    passed = [] if cut_short else ["**全部通过。**", ""]
    return [*cut_short, *(["**没有通过：**", "", *failed, ""] if failed else passed)]


def _stretch(found: Record) -> list[str]:
    load = found["load"]
    return [
        f"同时 {found['at_once']} 个，{found['seconds']:.0f} 秒，{found['requests']:,} 个请求，"
        f"每秒 {found['per_second']:.1f} 个。机器负载（一分钟平均）中位数 {load['median']:.2f}、"
        f"最高 {load['most']:.2f}；"
        f"服务平均用 {load['processors']:.2f} 个处理器。",
        "",
    ]


def _kinds(kinds: Mapping[str, Record]) -> list[str]:
    rows = [
        f"| {name} | {one['share']} | {sum(one['statuses'].values()):,} | {_times(one['answered'])} | {one['wrong']} |"
        for name, one in kinds.items()
    ]
    return ["| 请求 | 占比 | 次数 | p50 | p95 | p99 | 不对 |", "|---|---|---|---|---|---|---|", *rows]


def _times(speed: Record | None) -> str:
    return "— | — | —" if speed is None else " | ".join(f"{speed[f'p{at}_ms']:.1f}" for at in (50, 95, 99))


def _memory(found: Record) -> list[str]:
    head = (
        "| 进程 | 自有，开始 | 预热后头三分之一 | 最后三分之一 | 结束 | 最高 | 斜率（MiB／小时） | 在增长 | RSS 最高 |"
    )
    rows = [
        f"| {name} | {one['first_mib']:.1f} | {one['first_third_mib']:.1f} | {one['last_third_mib']:.1f} "
        f"| {one['last_mib']:.1f} | {one['peak_mib']:.1f} | {one['slope_mib_h']:.2f} "
        f"[{one['slope_low_mib_h']:.2f}, {one['slope_high_mib_h']:.2f}] | {'是' if one['growing'] else '否'} "
        f"| {found['resident'][name]:.1f} |"
        if one is not None
        else f"| {name} | — | — | — | — | — | 采样太少 | — | {found['resident'][name]:.1f} |"
        for name, one in found["memory"].items()
    ]
    handles = [
        f"{name}：打开的文件 {seen[0]} → {seen[2]}，线程 {seen[1]} → {seen[3]}。"
        for name, seen in found["handles"].items()
    ]
    return [head, "|---" * 9 + "|", *rows, "", *handles]


def _refusals(found: Record) -> list[str]:
    statuses: dict[str, int] = {}
    for one in found["kinds"].values():
        for status, count in one["statuses"].items():
            statuses[status] = statuses.get(status, 0) + count
    untold = sum(one["untold"] for one in found["kinds"].values())
    told = "、".join(f"{status} {count:,} 次" for status, count in sorted(statuses.items()))
    slowest = max((one["answered"]["p95_ms"] for one in found["kinds"].values() if one["answered"]), default=0.0)
    refused = max((one["refused"]["p95_ms"] for one in found["kinds"].values() if one["refused"]), default=0.0)
    health = found["health"]
    return [
        f"状态：{told}。拒绝而没有 `Retry-After` 的：{untold}。各类请求中，答了的 p95 最长 {slowest:.0f} 毫秒，"
        f"拒绝的 p95 最长 {refused:.0f} 毫秒。其间每秒两次 `/healthz`：{health['asked']:.0f} 次，"
        f"失败 {health['failed']:.0f} 次，最慢 {health['slowest_s'] * 1000:.0f} 毫秒。",
    ]
