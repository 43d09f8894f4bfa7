# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The live half of `icv-v2x inspect`: what comes on a topic, as a table that goes along."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING

from icv_v2x.inputs import BatchError, FrameBatch
from icv_v2x.tools.bag_contents import BagContents
from icv_v2x.tools.contents_text import lines
from icv_v2x.tools.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REFRESH = 1.0


def inspect_topic(topic: str, duration: float, senders: int) -> None:
    """Listen to a topic and print the table.

    On a terminal the table is shown while it grows; it is printed in full at the end, which is
    the end of the time given or an interruption.

    Args:
        topic: Topic of radio frames.
        duration: How long to listen [s], inf: until interrupted.
        senders: How many senders to list.

    Raises:
        SourceError: ROS 2 is not there, or the topic has no such name or time.
    """
    if not duration > 0.0:
        raise SourceError(f'--duration {duration:g} is not possible; it takes more than 0 s')
    contents, begin = BagContents(), time.monotonic()
    with _shown(lambda: _text(topic, contents, begin, senders)) as refresh, \
            contextlib.suppress(KeyboardInterrupt):
        shown = begin
        for item in _heard(topic, duration):
            if isinstance(item, FrameBatch):
                contents.add(item)
            elif isinstance(item, BatchError):
                contents.lose(item.frames, 'inconsistent_batch', str(item))
            if time.monotonic() - shown >= _REFRESH:
                shown = time.monotonic()
                refresh()
    sys.stdout.write(_text(topic, contents, begin, senders))


def _heard(topic: str, duration: float) -> Iterator[FrameBatch | BatchError | None]:
    try:
        # what speaks to the middleware lies with the nodes and is loaded only here
        from icv_v2x.nodes.frame_listener import listen  # noqa: PLC0415
    except ImportError as error:
        raise SourceError(
            f'--topic needs rclpy and icv_v2x_msgs, which are not here ({error})') from error
    try:
        yield from listen(topic, duration)
    except ValueError as error:
        raise SourceError(f'--topic {topic}: {error}') from error


def _text(topic: str, contents: BagContents, begin: float, senders: int) -> str:
    contents.finish()
    head = (f'{topic}: {time.monotonic() - begin:.1f} s; {contents.frames} radio frames in '
            f'{contents.batches} batches')
    if not contents.frames:
        return f'{head}\n'
    return ''.join(f'{line}\n' for line in (head, *lines(contents, senders=senders)))


@contextlib.contextmanager
def _shown(text: Callable[[], str]) -> Iterator[Callable[[], None]]:
    """Show a text that changes, where stdout is a terminal."""
    if not sys.stdout.isatty():
        yield lambda: None
        return
    from rich.live import Live  # noqa: PLC0415 - not worth its time where nobody looks
    from rich.text import Text  # noqa: PLC0415

    with Live(Text(text()), transient=True, refresh_per_second=2) as shown:
        yield lambda: shown.update(Text(text()))
