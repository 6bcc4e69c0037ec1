"""A service in a process of its own: how it ends."""

import subprocess
import sys

import pytest

from evals import serving

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


@pytest.mark.parametrize(("code", "by_itself"), [("print(flush=True); input()", True), (STUBBORN, False)])
def test_a_process_is_ended_in_any_case(monkeypatch, code, by_itself):
    monkeypatch.setattr(serving, "STOP_S", 60.0 if by_itself else 0.1)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as process:
        assert process.stdout and process.stdout.readline()
        assert serving._stopped(process) is by_itself
        assert process.returncode is not None


def test_one_that_does_not_end_is_noted_and_one_that_does_not_start_is_raised():
    failed: list[str] = []
    with serving.noted(failed):
        raise serving.NotEndedError("late")
    assert failed == ["late"]
    with pytest.raises(serving.ServingError), serving.noted(failed):
        raise serving.ServingError("no start")
