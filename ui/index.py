"""`tiaowen index list|use`: the versions of the index that are kept, and which of them serves."""

import argparse
import sys

from api.config import Settings
from rag.errors import IndexDamaged
from rag.index import current_version, go_to
from rag.manifest import versions
from ui.progress import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's two forms."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    actions.add_parser("list", help="列出保留着的版本，* 是正在用的")
    use = actions.add_parser("use", help="改用另一个版本；运行着的服务下一个问题就用它")
    use.add_argument("version", metavar="VERSION", help="index list 里的版本名")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one form; raises the errors of rag."""
    if arguments.action == "use":
        go_to(settings.data_dir, arguments.version, settings.embedding_model)
        sys.stderr.write(f"现在用的是 {arguments.version}。\n")
        return 0
    try:
        serving = current_version(settings.data_dir)
    except IndexDamaged as error:  # to be put right with what is listed
        serving = None
        say(f"提醒：{error}")
    for manifest in versions(settings.data_dir):
        mark = "*" if manifest.version == serving else " "
        sys.stdout.write(f"{mark} {manifest.version}\t{len(manifest.documents)} 份文件\t{manifest.embedding}\n")
    return 0
