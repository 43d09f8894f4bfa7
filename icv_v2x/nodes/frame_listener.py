# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Radio frames of a topic for a program that is no node of the package."""

from __future__ import annotations

import math
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import rclpy
from rclpy.exceptions import InvalidTopicNameException
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from icv_v2x.inputs import BatchError
from icv_v2x.interchange import from_message
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import message_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icv_v2x.inputs import FrameBatch

_PASS = 0.1


def listen(topic: str, duration: float = math.inf) -> Iterator[FrameBatch | BatchError | None]:
    """Yield what comes on a topic of radio frames.

    Args:
        topic: Its name.
        duration: How long to listen [s].

    Yields:
        Batches, the error of a message that cannot be read, and None whenever nothing came for a
        moment; a signal ends the caller's wait as usual.

    Raises:
        ValueError: The topic cannot have such a name.
    """
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO, args=[])
    heard: list[FrameBatch | BatchError] = []
    stopped = threading.Event()
    # An interrupt that is raised within a callback of the middleware gets lost.
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())

    def take(message: Any) -> None:
        try:
            heard.append(from_message.frame_batch(message))
        except BatchError as error:
            heard.append(error)

    node = rclpy.create_node('icv_v2x_inspect', context=context)
    executor = SingleThreadedExecutor(context=context)
    try:
        executor.add_node(node)
        node.create_subscription(
            message_class('icv_v2x_msgs/msg/ObuFrames'), topic, take, qos.radio_input())
        end = time.monotonic() + duration
        while time.monotonic() < end and not stopped.is_set():
            executor.spin_once(timeout_sec=_PASS)
            yield from heard or (None,)
            heard.clear()
    except InvalidTopicNameException as error:
        raise ValueError(str(error).splitlines()[0].removesuffix(':')) from error
    finally:
        signal.signal(signal.SIGINT, before)
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown(context=context)
    if stopped.is_set():
        raise KeyboardInterrupt
