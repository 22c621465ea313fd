"""Runs a command that ends with its parent, however the parent ends: `python leash.py PARENT COMMAND…`.

On Linux the kernel does it (PR_SET_PDEATHSIG); elsewhere this process stays and looks. Standard library alone: it is
started for every process of a run.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:  # else it died before the line above
            os.execvp(command[0], command)  # noqa: S606  the command is the run's own
        return
    child = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: child.send_signal(received))
    while child.poll() is None:
        if os.getppid() != parent:
            child.kill()
        time.sleep(LOOK_SECONDS)
    sys.exit(child.returncode)


if __name__ == "__main__":
    main()
