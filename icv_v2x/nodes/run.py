# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How a node's process begins, spins and ends."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from icv_v2x.parameters import ParameterError

try:
    from rclpy.experimental import EventsExecutor
except ImportError:  # distributions before Kilted
    EventsExecutor = None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from icv_v2x.nodes.managed_node import ManagedNode

FAILED = 1
"""Exit status where a node that starts itself could not."""
WRONG_USE = 2
"""Exit status where parameters or arguments cannot be used."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# By the name of a process: keeps it known to the middleware until its node is made.
_appeared: dict[str, Any] = {}
# The events executor dispatches nothing without a time limit, and signals are seen in between:
# an end may take so long [s].
_SPIN = 0.1


def appear(name: str, arguments: list[str] | None = None) -> None:
    """Let the other processes find this one while its modules load, which takes longer.

    The middleware introduces processes to each other before it tells what they publish, and
    repeats an introduction that was missed a moment later only. Trouble is left to `run`, which
    meets and tells it again.

    Args:
        name: Of the node.
        arguments: Command line, `sys.argv` where None.
    """
    with contextlib.suppress(Exception), _one_after_the_other():
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        _appeared[name] = rclpy.create_node(
            f'_{name}_to_come', use_global_arguments=False, enable_rosout=False,
            start_parameter_services=False)


@contextlib.contextmanager
def _one_after_the_other() -> Iterator[None]:
    """Let threads that begin within run only while this one waits, where the system can do so.

    Fast DDS says that a process is there before it listens. Who hears of it answers within less
    than a millisecond, and an answer that comes too early is lost: the process is found up to
    3 s later. So the threads that take answers share a processor with the one that begins to
    listen, and do not interrupt it.
    """
    if sys.platform != 'linux' or os.sched_getscheduler(0) != os.SCHED_OTHER:
        yield
        return
    processors = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(processors)})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        yield
    finally:
        for thread in map(int, os.listdir('/proc/self/task')):
            with contextlib.suppress(OSError):  # it has ended
                os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
                os.sched_setaffinity(thread, processors)


def run(name: str, make: Callable[[], ManagedNode], arguments: list[str] | None = None) -> int:
    """Run a node until SIGINT or SIGTERM.

    Args:
        name: Of the node, for what is logged before it exists.
        make: Makes the node.
        arguments: Command line, `sys.argv` where None.

    Returns:
        Exit status: 0 after a signal, 1 where the node could not activate itself, 2 where it
        could not be made.
    """
    stopped = threading.Event()
    for number in _SIGNALS:
        signal.signal(number, lambda *_: stopped.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    log = get_logger(name)
    try:
        if not rclpy.ok():
            rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        node = make()
    except ParameterError as error:
        log.fatal(str(error))
        rclpy.try_shutdown()
        return WRONG_USE
    # What rclpy raises for a parameter file or an argument that it cannot use has no common base.
    except Exception as error:
        log.fatal(f'cannot start: {" ".join(str(error).split()) or type(error).__name__}')
        rclpy.try_shutdown()
        return WRONG_USE
    if name in _appeared:
        _appeared.pop(name).destroy_node()
    executor = make_executor(node.of_nodes.executor)
    executor.add_node(node)
    try:
        _spin(executor, node, stopped)
        node.close()
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
        # The interpreter takes its handlers down first when it ends; a second Ctrl-C must not
        # turn a clean end into a death.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
    return FAILED if node.failed else 0


def make_executor(kind: str = 'auto') -> Any:
    """Return an executor that is to be spun by `spin_once` with a limit of time.

    Args:
        kind: `auto` for the events executor where the distribution has one, which takes a third
            of the time for a message, else `single_threaded`.
    """
    if EventsExecutor is None or kind == 'single_threaded':
        return SingleThreadedExecutor()
    return EventsExecutor()


def _spin(executor: Any, node: ManagedNode, stopped: threading.Event) -> None:
    while not (stopped.is_set() or node.failed) and rclpy.ok():
        try:
            executor.spin_once(timeout_sec=_SPIN)
        except ExternalShutdownException:
            return
        # One exception, such as of a message that cannot be deserialised, ends no node.
        except Exception as error:
            node.note_exception(error)
