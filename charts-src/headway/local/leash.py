"""Runs a command as a container runtime would: nothing of it outlives it, nor the run. `leash.py PARENT FD COMMAND…`.

This process stays above the command, whose process id it writes to FD. When the command ends, or the parent, however
it ends, it kills everything that the command has started, whatever session that is in: on Linux orphans come to it
(PR_SET_CHILD_SUBREAPER), and the kernel tells it of the parent's death (PR_SET_PDEATHSIG); elsewhere it looks, and
reaches the command's own group alone. It ends as the command did. Standard library alone: it is started for every
process of a run.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LOOK_SECONDS = 0.5
CANNOT_EXECUTE = 127
ON_LINUX = sys.platform == "linux"


def main() -> None:
    parent, told, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    leash = os.getpid()
    if ON_LINUX:
        _control(PR_SET_CHILD_SUBREAPER, 1)
    child = os.fork()
    if child == 0:
        os.close(told)
        _execute(command, leash)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: _kill(child, received))
    signal.signal(signal.SIGHUP, lambda *_: _kill(child, signal.SIGKILL))
    _follow(parent)
    os.write(told, str(child).encode())
    os.close(told)
    status = _ended(child)
    _kill_the_rest(child)
    _end_as(status)


def _execute(command: list[str], leash: int) -> None:
    """Becomes the command, in a group of its own; it ends with the leash."""
    os.setpgid(0, 0)
    if ON_LINUX:
        _control(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != leash:
            os._exit(CANNOT_EXECUTE)  # it died before the line above
    try:
        os.execvp(command[0], command)  # noqa: S606  the command is the run's own
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(CANNOT_EXECUTE)


def _follow(parent: int) -> None:
    """Lets the parent's death come as SIGHUP."""
    if ON_LINUX:
        _control(PR_SET_PDEATHSIG, signal.SIGHUP)
    else:
        threading.Thread(target=_look, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGHUP)


def _look(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGHUP)


def _ended(child: int) -> int:
    """Waits for the command, and for orphans of it meanwhile; its exit code, negative for a signal."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def _kill_the_rest(child: int) -> None:
    """Kills what is left, generation by generation: the children of each that dies come to this process."""
    if not ON_LINUX:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    while left := _children():
        for pid in left:
            _kill(pid, signal.SIGKILL)
        os.waitpid(-1, 0)


def _children() -> list[int]:
    """Of this process, as the kernel lists them."""
    me = os.getpid()
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{me}/task/{me}/children").read_text().split()]
    return []


def _end_as(status: int) -> None:
    """Ends with the command's own exit code, or by the signal that ended it."""
    if status < 0:
        with contextlib.suppress(OSError):  # SIGKILL has no handler to put back
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _control(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, int(value), 0, 0, 0)


if __name__ == "__main__":
    main()
