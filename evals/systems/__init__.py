"""Systems that can be measured: ours, ours without each of its parts, baselines, any server of our contract.

`open_system(name, world)` is the one way in; an unknown name is answered with the known ones.
"""

from collections.abc import Callable

from evals.systems.base import Checking, System, UnusableSystemError, World
from evals.systems.ours import VARIANTS

BASELINES = ("tutorial", "bm25")
RIVALS = ("llamaindex",)
NAMES = (*VARIANTS, *BASELINES, *RIVALS)
GROUPS = {
    "ablations": tuple(VARIANTS),
    "baselines": ("ours", *BASELINES),
    "all": (*VARIANTS, *BASELINES),
}

__all__ = ["GROUPS", "NAMES", "Checking", "System", "UnusableSystemError", "World", "expand", "open_system"]


def expand(names: list[str]) -> list[str]:
    """Names with groups opened up, each once, in the order given."""
    return list(dict.fromkeys(one for name in names for one in GROUPS.get(name, (name,))))


def open_system(name: str, world: World) -> System:
    """Open a system by its name or its address. Raises UnusableSystemError."""
    if name.startswith(("http://", "https://")):
        from evals.systems.server import ServerSystem

        return ServerSystem(name)
    if name in VARIANTS:
        from evals.systems.ours import open_ours

        return open_ours(name, world)
    makers: dict[str, Callable[[World], System]] = {"tutorial": _tutorial, "bm25": _bm25, "llamaindex": _llamaindex}
    if name not in makers:
        raise UnusableSystemError(
            f"没有叫 {name} 的系统。可选：{'、'.join(NAMES)}，{'、'.join(GROUPS)}，或一个 http:// 地址"
        )
    return makers[name](world)


def _tutorial(world: World) -> System:
    from evals.systems.chunks import tutorial

    return tutorial(world)


def _bm25(world: World) -> System:
    from evals.systems.chunks import bm25

    return bm25(world)


def _llamaindex(world: World) -> System:
    from evals.systems.llamaindex import llamaindex

    return llamaindex(world)
