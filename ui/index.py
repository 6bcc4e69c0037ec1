"""`tiaowen index list|use`: the versions of the index that are kept, and which of them serves."""

import argparse
import sys

from api.config import Settings
from rag.index import open_index
from rag.manifest import current_version, use_version, versions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's two forms."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    actions.add_parser("list", help="列出保留着的版本，* 是正在用的")
    use = actions.add_parser("use", help="改用另一个版本；运行着的服务下一个问题就用它")
    use.add_argument("version", metavar="VERSION", help="index list 里的版本名")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one form; raises the errors of rag."""
    if arguments.action == "use":
        use_version(settings.data_dir, arguments.version)
        open_index(settings.data_dir, settings.embedding_model, with_chroma=False).close()
        sys.stderr.write(f"现在用的是 {arguments.version}。\n")
        return 0
    serving = current_version(settings.data_dir)
    for manifest in versions(settings.data_dir):
        mark = "*" if manifest.version == serving else " "
        sys.stdout.write(f"{mark} {manifest.version}\t{len(manifest.documents)} 份文件\t{manifest.embedding}\n")
    return 0
