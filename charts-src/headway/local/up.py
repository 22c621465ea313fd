"""`headway up`: puts the parts together, keeps them, and ends them."""

import errno
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import anyio

from headway.catalog import load_catalog
from headway.local.faults import CannotRun
from headway.local.options import Options
from headway.local.rendered import read_rendered
from headway.local.run_folder import RunFolder
from headway.local.running import Running
from headway.local.summary import Summary

LEAST_FREE_BYTES = 200 * 2**20


def run(options: Options) -> int:
    """Runs until Ctrl-C, SIGTERM or the end of the duration. 0; 1 where the summary is not good.

    Raises `CannotRun`, in which case every process that was started has been ended.
    """
    if options.summary is not None and not os.access(options.summary.absolute().parent, os.W_OK):
        raise CannotRun(f"{options.summary}: its folder cannot be written", "give another place with --summary")
    rendered = read_rendered(options.rendered / options.environment, load_catalog())
    folder = RunFolder.make(options.runs, options.environment)
    if shutil.disk_usage(folder.path).free < LEAST_FREE_BYTES:
        raise CannotRun(f"the disk of {folder.path} is nearly full", "free 200 MiB, or give another place with --runs")
    running = Running(options, rendered, folder, Path(sys.executable).parent)
    try:
        summary = anyio.run(_until_the_end, running)
    except BaseExceptionGroup as group:
        raise _reason(group) from group
    _write(options, summary, folder)
    for line in summary.lines():
        sys.stderr.write(f"{line}\n")
    return 0 if summary.good else 1


async def _until_the_end(running: Running) -> Summary:
    """Loops end first, so that nothing is restarted or scaled any more; then processes, within a bound."""
    async with anyio.create_task_group() as lives:
        running.prepare(lives)
        try:
            async with anyio.create_task_group() as loops:
                loops.start_soon(_end_on_signal, loops.cancel_scope)
                await running.start(loops)
                await running.last()
                loops.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                summary = await running.end()
            lives.cancel_scope.cancel()
    return summary


async def _end_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            sys.stderr.write("\nending: replicas drain for a few seconds\n")
            scope.cancel()
            return


def _reason(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The `CannotRun` inside, where there is one; several faults at once are one fault and its consequences."""
    for error in group.exceptions:
        found = _reason(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, CannotRun):
            return found
        if isinstance(found, OSError) and found.errno == errno.ENOSPC:
            return CannotRun(f"the disk is full: {found}", "free some space, or give another place with --runs")
    return group


def _write(options: Options, summary: Summary, folder: RunFolder) -> None:
    text = json.dumps(summary.record(), indent=2) + "\n"
    folder.write("summary.json", text)
    if options.summary is not None:
        try:
            options.summary.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CannotRun(f"{options.summary}: {error.strerror}", "give a place that can be written") from error
