"""The arguments of `tiaowen eval`; a file of its own, because `tiaowen --help` must not load what measures."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `tiaowen eval`."""
    parser.add_argument("questions", nargs="?", type=Path, metavar="QUESTIONS.jsonl", help="问题文件")
    parser.add_argument("--citations", type=Path, metavar="FILE", help="引文用例文件，一并评测（也可单独评测）引文核查")
    parser.add_argument("--out", type=Path, metavar="DIR", help="结果目录，默认 data/evaluations/时间")
    parser.add_argument(
        "--system",
        action="append",
        metavar="NAME",
        help="系统、系统组（all、ablations、baselines）或 http:// 地址，可写多次",
    )
    parser.add_argument("--split", choices=["dev", "test"], help="只用这一部分题")
    parser.add_argument("--limit", type=int, metavar="N", help="只用前 N 题")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="同时问几题，默认 1（测用时请用 1）")
    parser.add_argument("--fresh", action="store_true", help="不用缓存的结果，全部重新问")
    parser.add_argument("--judge", action="store_true", help="另请大模型评判（用 TIAOWEN_LLM_* 设置），与其他指标分列")
    parser.add_argument(
        "--compare", nargs=2, metavar=("A", "B"), help="比较两份结果：目录、目录:系统，或 --out 里的系统名"
    )
    parser.add_argument("--gate", type=Path, metavar="FILE", help="按门槛文件检查，不合格时退出码为 1")
    parser.add_argument("--accept", action="store_true", help="与 --gate 同用：把现在答对的题记为基准")
