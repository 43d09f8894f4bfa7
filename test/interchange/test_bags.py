# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of reading and writing bags, damaged and strange ones above all."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from icv_v2x.inputs import CertificateScope, FrameBatch, Odometry
from icv_v2x.interchange import (
    BagError,
    BagReader,
    BagWriter,
    MessageEncoder,
    Unreadable,
    message_types,
    typestore,
)
from icv_v2x.interchange.topics import OBU_FRAMES, ODOMETRY

START = 1_748_764_800_000_000_000
FRAMES = 'icv_v2x_msgs/msg/ObuFrames'


def odometry(stamp: int = START) -> Odometry:
    return Odometry(stamp, 'map', 1.0, 2.0, 0.0, 0.5, 10.0, 0.0, 0.1)


def batch(count: int = 2) -> FrameBatch:
    return FrameBatch(
        stamp=START, standard=1, encoding=0, reception_time=np.full(count, START),
        length=np.ones(count, np.uint32), payload=np.arange(count, dtype=np.uint8),
        verification=np.ones(count, np.uint8), signer=np.ones(count, np.uint64),
        aid=np.zeros(count, np.uint32), rssi=np.zeros(count, np.float32),
        generation_time=np.zeros(count, np.int64), signer_role=np.zeros(count, np.uint8))


def write_raw(path: Path, messages: list[tuple[str, str, int, bytes]], **options: object) -> None:
    plugin = options.get('plugin', StoragePlugin.MCAP)
    assert isinstance(plugin, StoragePlugin)
    with Writer(path, version=8, storage_plugin=plugin) as writer:
        connections = {}
        for topic, kind, time, octets in messages:
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=typestore())
            writer.write(connections[topic], time, octets)


def octets_of(record: FrameBatch | Odometry) -> bytes:
    encoder = MessageEncoder(typestore().types.__getitem__)
    if isinstance(record, Odometry):
        return bytes(typestore().serialize_cdr(
            encoder.odometry(record), 'nav_msgs/msg/Odometry'))
    return bytes(typestore().serialize_cdr(encoder.obu_frames(record), FRAMES))


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    path = tmp_path / 'drive'
    with BagWriter(path) as writer:
        writer.write(START, odometry())
        writer.write(START + 5, batch())
    return path


@pytest.mark.parametrize('inner', ['', 'drive.mcap'])
def test_a_directory_and_its_file_read_alike(bag: Path, inner: str) -> None:
    with BagReader(bag / inner) as reader:
        assert reader.counts == {ODOMETRY: 1, OBU_FRAMES: 1}
        read = list(reader)
    assert [(time, topic) for time, topic, _ in read] == [
        (START, ODOMETRY), (START + 5, OBU_FRAMES)]
    record = read[0][2]
    assert isinstance(record, Odometry)
    assert (record.x, record.y, record.velocity_x) == (1.0, 2.0, 10.0)


def test_sqlite_bags_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    write_raw(tmp_path / 'old', [
        (ODOMETRY, 'nav_msgs/msg/Odometry', START + 9, octets_of(odometry(START + 9))),
        (OBU_FRAMES, FRAMES, START, octets_of(batch())),
    ], plugin=StoragePlugin.SQLITE3)
    with BagReader(tmp_path / 'old') as reader:
        assert [time for time, _, _ in reader] == [START, START + 9]


def test_the_same_records_make_the_same_octets(tmp_path: Path) -> None:
    for name in ('a', 'b'):
        with BagWriter(tmp_path / name / 'drive') as writer:
            writer.write(START, odometry())
    first, second = (tmp_path / name / 'drive' / 'drive.mcap' for name in ('a', 'b'))
    assert first.read_bytes() == second.read_bytes()


def test_a_simulated_bag_says_so(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'made', simulated=True) as writer:
        writer.write(START, odometry())
    assert 'icv_v2x.simulated' in (tmp_path / 'made' / 'metadata.yaml').read_text()


def test_an_existing_bag_is_kept_unless_replaced(bag: Path) -> None:
    with pytest.raises(BagError, match=r'drive: it exists already'), BagWriter(bag):
        pass
    with BagWriter(bag, replace=True) as writer:
        writer.write(START, odometry())
    with BagReader(bag) as reader:
        assert reader.message_count == 1


def test_a_directory_that_is_no_bag_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / 'precious').mkdir()
    (tmp_path / 'precious' / 'thesis.txt').write_text('all of it')
    with pytest.raises(BagError, match='exists already'), \
            BagWriter(tmp_path / 'precious', replace=True):
        pass
    assert (tmp_path / 'precious' / 'thesis.txt').exists()


def test_an_unfinished_bag_is_removed(tmp_path: Path) -> None:
    def broken_off() -> None:
        with BagWriter(tmp_path / 'half') as writer:
            writer.write(START, odometry())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert not (tmp_path / 'half').exists()


def test_an_empty_bag_is_read_as_empty(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'empty'):
        pass
    with BagReader(tmp_path / 'empty') as reader:
        assert reader.message_count == 0
        assert reader.duration == 0.0
        assert list(reader) == []


@pytest.mark.parametrize(('name', 'content', 'said'), [
    ('nothing', None, 'no such bag'),
    ('folder', 'folder', 'has no metadata.yaml'),
    ('text.txt', b'hello', 'expected a rosbag2 directory or an .mcap file'),
    ('empty.mcap', b'', 'empty'),
    ('text.mcap', b'this is no bag at all, only its name says so', 'magic'),
])
def test_what_is_no_bag_is_named_with_the_cause(
    tmp_path: Path, name: str, content: bytes | str | None, said: str,
) -> None:
    path = tmp_path / name
    if content == 'folder':
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(BagError, match=said) as caught, BagReader(path):
        pass
    assert str(path) in str(caught.value)
    assert '\n' not in str(caught.value)


def test_every_truncation_of_an_mcap_file_is_a_clear_error(bag: Path, tmp_path: Path) -> None:
    octets = (bag / 'drive.mcap').read_bytes()
    cut = tmp_path / 'cut.mcap'
    for length in range(0, len(octets), 97):
        cut.write_bytes(octets[:length])
        with pytest.raises(BagError), BagReader(cut) as reader:
            list(reader)


def test_damage_within_the_file_ends_in_a_bag_error_or_lost_messages(
    bag: Path, tmp_path: Path,
) -> None:
    octets = bytearray((bag / 'drive.mcap').read_bytes())
    random = np.random.default_rng(1)
    damaged = tmp_path / 'damaged.mcap'
    for _ in range(150):
        changed = octets.copy()
        for place in random.integers(8, len(octets) - 8, 3):
            changed[place] ^= int(random.integers(1, 256))
        damaged.write_bytes(changed)
        # Any other exception fails the test.
        with contextlib.suppress(BagError), BagReader(damaged) as reader:
            list(reader)


def test_a_corrupt_message_costs_itself_alone(tmp_path: Path) -> None:
    good = octets_of(batch())
    write_raw(tmp_path / 'bad', [
        (OBU_FRAMES, FRAMES, START, good[:-7]),
        (OBU_FRAMES, FRAMES, START + 1, b'\x00\x01\x00\x00' + b'\xff' * 40),
        (ODOMETRY, 'nav_msgs/msg/Odometry', START + 2, b'\x07'),
        (OBU_FRAMES, FRAMES, START + 3, good),
    ])
    with BagReader(tmp_path / 'bad') as reader:
        records = [record for _, _, record in reader]
    lost = records[:3]
    assert all(isinstance(record, Unreadable) for record in lost)
    assert [record.frames for record in lost if isinstance(record, Unreadable)] == [1, 1, 0]
    assert isinstance(records[3], FrameBatch)


def test_frames_of_a_batch_whose_arrays_disagree_are_all_counted(tmp_path: Path) -> None:
    encoder = MessageEncoder(typestore().types.__getitem__)
    message = encoder.obu_frames(batch(5))
    message.payload = message.payload[:-1]
    write_raw(tmp_path / 'bad', [
        (OBU_FRAMES, FRAMES, START, bytes(typestore().serialize_cdr(message, FRAMES)))])
    with BagReader(tmp_path / 'bad') as reader:
        (_, _, record), = list(reader)
    assert isinstance(record, Unreadable)
    assert (record.frames, record.reason) == (5, 'inconsistent_batch')


def test_an_unknown_type_of_a_read_topic_is_named_once(tmp_path: Path) -> None:
    text = typestore().types['std_msgs/msg/String'](data='hello')
    octets = bytes(typestore().serialize_cdr(text, 'std_msgs/msg/String'))
    write_raw(tmp_path / 'odd', [
        (OBU_FRAMES, 'std_msgs/msg/String', START, octets),
        (OBU_FRAMES, 'std_msgs/msg/String', START + 1, octets),
        ('/rosout', 'std_msgs/msg/String', START + 2, octets),
        (ODOMETRY, 'nav_msgs/msg/Odometry', START + 3, octets_of(odometry())),
    ])
    said: list[str] = []
    with BagReader(tmp_path / 'odd', warn=said.append) as reader:
        assert [topic for _, topic, _ in reader] == [ODOMETRY]
        assert '/rosout' in reader.topics
    assert len(said) == 1
    assert OBU_FRAMES in said[0]
    assert 'std_msgs/msg/String' in said[0]


def test_the_definition_in_the_bag_goes_before_that_of_the_package(tmp_path: Path) -> None:
    store = get_typestore(Stores.ROS2_HUMBLE)
    fields = [
        'uint32 added_in_front', 'std_msgs/Header header', 'uint8 standard', 'uint8 encoding',
        'int64[] reception_time', 'uint32[] length', 'uint8[] verification', 'uint64[] signer',
        'uint32[] aid', 'float32[] rssi', 'uint8[] payload', 'int64[] generation_time',
        'uint8[] signer_role',
    ]
    store.register(get_types_from_msg('\n'.join(fields), FRAMES))
    ours = MessageEncoder(typestore().types.__getitem__).obu_frames(batch())
    names = [field.split()[1] for field in fields[1:]]
    message = store.types[FRAMES](
        added_in_front=7, **{name: getattr(ours, name) for name in names})
    with Writer(tmp_path / 'new', version=8, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection(OBU_FRAMES, FRAMES, typestore=store)
        writer.write(connection, START, store.serialize_cdr(message, FRAMES))
    with BagReader(tmp_path / 'new') as reader:
        (_, _, record), = list(reader)
    assert isinstance(record, FrameBatch)
    assert record.payload.tolist() == [0, 1]
    # Such a recording is of before units told when and where certificates hold.
    assert record.scope is None


def test_a_bag_keeps_when_and_where_certificates_hold(tmp_path: Path) -> None:
    scope = replace(
        CertificateScope.not_given(2), end=np.array([START, 0]),
        latitude=np.array([np.nan, 39.9]), longitude=np.array([np.nan, 116.4]),
        radius=np.array([np.nan, 500.0], np.float32))
    with BagWriter(tmp_path / 'scope') as writer:
        writer.write(START, replace(batch(), scope=scope))
        writer.write(START + 1, batch())
    with BagReader(tmp_path / 'scope') as reader:
        first, second = (record for _, _, record in reader)
    assert isinstance(first, FrameBatch)
    assert first.scope is not None
    for name, values in vars(scope).items():
        np.testing.assert_array_equal(getattr(first.scope, name), values)
    assert isinstance(second, FrameBatch)
    assert second.scope is None


def test_definitions_are_found_in_an_ament_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{tmp_path / "a"}:{tmp_path / "b"}')
    folders = message_types.definition_folders()
    assert folders[0] == tmp_path / 'a' / 'share' / 'icv_v2x_msgs' / 'msg'
    assert tmp_path / 'b' / 'share' / 'icv_v2x' / 'msg_definitions' / 'icv_v2x_msgs' / 'msg' \
        in folders
