# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Datagrams become batches in order; what is no frame is counted and harms nobody."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from icv_v2x.inputs import FrameBatch, Standard, Verification
from icv_v2x.nodes.datagrams import DatagramReceiver, DatagramSender
from icv_v2x.parameters.node_groups import Udp

SETTINGS = Udp(bind_port=0, frame_octets=100)
NOW = 1_800_000_000_000_000_000


@contextmanager
def receiving(
    settings: Udp, *, clock: Callable[[], int] = lambda: NOW,
) -> Iterator[tuple[DatagramReceiver, list[FrameBatch]]]:
    batches: list[FrameBatch] = []
    receiver = DatagramReceiver(
        settings, verification=Verification.VERIFIED, clock=clock, take=batches.append)
    try:
        yield receiver, batches
    finally:
        receiver.stop()


def send(port: int, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        for datagram in datagrams:
            link.sendto(datagram, ('127.0.0.1', port))


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def frames_of(batches: list[FrameBatch]) -> list[bytes]:
    found = []
    for batch in batches:
        ends = np.cumsum(batch.length)
        found += [
            batch.payload[end - length:end].tobytes()
            for end, length in zip(ends.tolist(), batch.length.tolist(), strict=True)]
    return found


def test_frames_arrive_whole_in_order_and_marked() -> None:
    sent = [bytes([n]) * (n + 1) for n in range(50)]
    with receiving(SETTINGS) as (receiver, batches):
        send(receiver.port, *sent)
        wait(lambda: receiver.counts.forwarded == 50)
    assert frames_of(batches) == sent
    batch = batches[0]
    assert batch.standard == Standard.CSAE
    assert (batch.verification == Verification.VERIFIED).all()
    assert (batch.reception_time == NOW).all()
    assert np.isnan(batch.rssi).all()


def test_the_header_is_skipped_and_what_is_no_frame_is_counted() -> None:
    with receiving(replace(SETTINGS, header_octets=4)) as (receiver, batches):
        send(receiver.port, b'', b'head', b'head' + bytes(101), b'headframe')
        wait(lambda: receiver.counts.received == 4 and receiver.counts.forwarded == 1)
    assert frames_of(batches) == [b'frame']
    assert receiver.counts.rejected == {'too_short': 2, 'too_long': 1}


def test_foreign_senders_are_dropped() -> None:
    with receiving(replace(SETTINGS, sender_address='127.0.0.2')) as (receiver, batches):
        send(receiver.port, b'frame')
        wait(lambda: receiver.counts.received == 1)
    assert batches == []
    assert receiver.counts.rejected == {'foreign_sender': 1}


def test_nothing_is_stamped_before_the_time_is_known() -> None:
    with receiving(SETTINGS, clock=lambda: 0) as (receiver, batches):
        send(receiver.port, b'frame')
        wait(lambda: receiver.counts.received == 1)
    assert batches == []
    assert receiver.counts.rejected == {'no_time_yet': 1}


def test_a_batch_is_bounded() -> None:
    with receiving(replace(SETTINGS, batch_frames=8, batch_time=0.02)) as (receiver, batches):
        send(receiver.port, *[b'frame'] * 40)
        wait(lambda: receiver.counts.forwarded == 40)
    assert max(len(batch) for batch in batches) <= 8


def test_an_address_in_use_is_an_error() -> None:
    with receiving(SETTINGS) as (receiver, _), pytest.raises(OSError, match='in use'):
        DatagramReceiver(
            replace(SETTINGS, bind_port=receiver.port), verification=Verification.VERIFIED,
            clock=lambda: NOW, take=lambda _: None)


def test_sent_frames_come_out_one_by_one() -> None:
    with receiving(SETTINGS) as (receiver, batches):
        send(receiver.port, b'one', b'three')
        wait(lambda: receiver.counts.forwarded == 2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unit:
            unit.bind(('127.0.0.1', 0))
            unit.settimeout(5.0)
            sender = DatagramSender(replace(SETTINGS, send_port=unit.getsockname()[1]))
            for batch in batches:
                sender.send(batch)
            assert [unit.recv(100), unit.recv(100)] == [b'one', b'three']
            assert (sender.sent, sender.failed) == (2, 0)
            sender.close()


def test_without_a_port_nothing_is_sent() -> None:
    with receiving(SETTINGS) as (receiver, batches):
        send(receiver.port, b'frame')
        wait(lambda: receiver.counts.forwarded == 1)
    sender = DatagramSender(SETTINGS)
    sender.send(batches[0])
    assert (sender.sent, sender.failed) == (0, 1)
    sender.close()
