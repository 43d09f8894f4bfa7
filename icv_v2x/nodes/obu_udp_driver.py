# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Driver for on-board units that forward frames over UDP."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from icv_v2x.inputs import Verification
from icv_v2x.interchange import from_message
from icv_v2x.nodes import qos
from icv_v2x.nodes.datagrams import DatagramReceiver, DatagramSender
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.run import run
from icv_v2x.parameters import ParameterError

if TYPE_CHECKING:
    from icv_v2x.inputs import FrameBatch

NAME = 'obu_udp_driver'


class ObuUdpDriver(ManagedNode):
    """One datagram is one frame; what comes close together is published as one batch."""

    def __init__(self) -> None:
        """Declare the parameters; those of the pipeline need not be complete."""
        self._receiver: DatagramReceiver | None = None
        self._sender: DatagramSender | None = None
        super().__init__(NAME, needs_pipeline=False)

    def build(self) -> None:
        """Make publisher and subscription."""
        self._forward = self.speak('obu/rx', 'icv_v2x_msgs/msg/ObuFrames', qos.radio_output())
        self.listen('obu/tx', 'icv_v2x_msgs/msg/ObuFrames', qos.radio_input(), self._send)

    def start(self) -> None:
        """Open the sockets."""
        settings = self.of_nodes.udp
        place = f'{settings.bind_address}:{settings.bind_port}'
        verification = Verification[self.of_nodes.verification.upper()]
        try:
            self._receiver = DatagramReceiver(
                settings, verification=verification,
                clock=lambda: int(self.get_clock().now().nanoseconds),
                take=self.guarded(self._publish))
        except OSError as error:
            raise ParameterError(
                f'udp.bind_address and udp.bind_port: cannot listen on {place}: {error.strerror}'
            ) from error
        self._sender = DatagramSender(settings)
        self.get_logger().info(
            f'listening on {settings.bind_address}:{self._receiver.port}, frames marked '
            f'{verification.name}')

    def stop(self) -> None:
        """Close the sockets."""
        receiver, sender = self._receiver, self._sender
        self._receiver = self._sender = None
        if receiver is not None:
            receiver.stop()
        if sender is not None:
            sender.close()

    def statuses(self) -> list[Status]:
        """Return what became of the datagrams."""
        receiver, sender = self._receiver, self._sender
        if receiver is None or sender is None:
            return []
        counts = receiver.counts
        rejected = dict(counts.rejected)
        values = {
            'received': str(counts.received),
            'forwarded': str(counts.forwarded),
            'rejected': str(sum(rejected.values())),
            **{f'rejected.{reason}': str(n) for reason, n in sorted(rejected.items())},
            'sent': str(sender.sent),
            'not sent': str(sender.failed),
            'verification': self.of_nodes.verification,
        }
        if not counts.received:
            return [Status('datagrams', Severity.WARN, 'nothing received yet', values)]
        if rejected:
            return [Status('datagrams', Severity.WARN, 'some datagrams were rejected', values)]
        return [Status('datagrams', Severity.OK, 'receiving', values)]

    def _publish(self, batch: FrameBatch) -> None:
        self._forward(self.encoder.obu_frames(batch))

    def _send(self, message: Any) -> None:
        if self._sender is not None:
            self._sender.send(from_message.frame_batch(message))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, ObuUdpDriver))


if __name__ == '__main__':
    main()
