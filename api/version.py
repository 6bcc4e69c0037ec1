"""The version of the program, as installed."""

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("tiaowen")
    except PackageNotFoundError:  # run from a folder without an installation
        return "0"


VERSION = _installed()
