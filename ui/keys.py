"""`tiaowen keys add|list|remove`: keys to the service."""

import argparse
import sys

from api.config import Settings
from api.keys import Key, KeyRing, Role

_ROLES = {Role.READER: "只读", Role.ADMINISTRATOR: "管理员"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's three forms."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    add = actions.add_parser("add", help="生成一个密钥；只显示这一次")
    add.add_argument("name", metavar="NAME", help="给谁用的，例如：教务处")
    add.add_argument(
        "--role",
        choices=[role.value for role in Role],
        default=Role.READER.value,
        help="reader 能问、查、核对（默认）；administrator 还能上传和删除文件",
    )
    actions.add_parser("list", help="列出现有的密钥（不含密钥本身）")
    remove = actions.add_parser("remove", help="撤销一个密钥，立即生效")
    remove.add_argument("id", metavar="ID", help="keys list 里的编号")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one form; raises KeysError."""
    ring = KeyRing(settings.data_dir, settings.admin_key.get_secret_value() if settings.admin_key else None)
    if arguments.action == "add":
        name = " ".join(arguments.name.split())[:100] or "未命名"
        made, key = ring.add(name, Role(arguments.role))
        sys.stdout.write(key + "\n")
        sys.stderr.write(
            f"已生成{_ROLES[made.role]}密钥“{made.name}”，编号 {made.id}。密钥只显示这一次，请妥善保存。\n"
        )
    elif arguments.action == "list":
        for kept in ring.entries():
            sys.stdout.write(_row(kept) + "\n")
    else:
        gone = ring.remove(arguments.id)
        sys.stderr.write(f"已撤销密钥“{gone.name}”（编号 {gone.id}）。\n")
    return 0


def _row(key: Key) -> str:
    made = key.made_at.date().isoformat() if key.made_at.timestamp() else "来自设置"
    return f"{key.id}\t{key.role.value}\t{made}\t{key.name}"
