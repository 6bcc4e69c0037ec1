"""How far long work on the command line is, on standard error."""

import sys
from collections.abc import Callable
from typing import NoReturn


def progress() -> Callable[[str, int, int], None]:
    """What shows how far long work is: a bar on a terminal, elsewhere one line a stage."""
    from tqdm import tqdm

    stage = ""
    bar: tqdm[NoReturn] | None = None

    def show(doing: str, done: int, total: int) -> None:
        nonlocal stage, bar
        if doing != stage:
            stage = doing
            if bar is not None:
                bar.close()
            bar = tqdm(total=total, desc=doing, file=sys.stderr, leave=False) if _wide(total) else None
            if bar is None:
                sys.stderr.write((f"{doing}（{total}）" if total > 1 else doing) + "\n")
        if bar is not None:
            bar.update(done - bar.n)
            if done >= total:
                bar.close()

    return show


def _wide(total: int) -> bool:
    """Whether a bar of so many steps is worth drawing, and there is a terminal to draw it on."""
    return total > 1 and sys.stderr.isatty()


def say(text: str) -> None:
    """Tell whoever started the program."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
