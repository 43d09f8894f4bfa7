# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The files for RViz and Foxglove name topics, fields and namespaces that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from icv_v2x.drawing import NAMESPACES
from icv_v2x.interchange.message_types import typestore
from icv_v2x.interchange.topics import READ_TOPICS

CONFIG = Path(__file__).resolve().parents[2] / 'config'
NODES = CONFIG.parent / 'icv_v2x' / 'nodes'
FIELD = re.compile(r'^(/[\w/]+)\.(.+)$')


def published() -> dict[str, str]:
    """Return name and type of every topic that a node speaks on, and of the inputs."""
    told = re.compile(r"""speak\(\s*'([\w/]+)',\s*'([\w/]+)'""")
    topics = {
        f'/{name}': kind for file in NODES.glob('*.py')
        for name, kind in told.findall(file.read_text(encoding='utf-8'))}
    # What could be acted on is elsewhere in shadow mode alone.
    aside = re.compile(r"""topic_of\(\w+, '(\w+)'\),\s*'([\w/]+)'""")
    topics.update({
        f'/v2x/{name}': kind for file in NODES.glob('*.py')
        for name, kind in aside.findall(file.read_text(encoding='utf-8'))})
    return {
        **READ_TOPICS, **topics, '/diagnostics': 'diagnostic_msgs/msg/DiagnosticArray',
        '/v2x/markers': 'visualization_msgs/msg/MarkerArray'}


def layout() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (CONFIG / 'icv_v2x.foxglove.json').read_text(encoding='utf-8'))
    return document


def displays() -> list[dict[str, Any]]:
    document = yaml.safe_load((CONFIG / 'icv_v2x.rviz').read_text(encoding='utf-8'))
    shown: list[dict[str, Any]] = document['Visualization Manager']['Displays']
    return shown


def texts(value: Any) -> Iterator[str]:
    """Yield every text within a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def fields_named() -> list[tuple[str, str]]:
    """Return topic and path of every field that the layout reads."""
    found = [FIELD.match(text) for text in texts(layout()['configById'])]
    return [(match.group(1), match.group(2)) for match in found if match]


def panels(node: Any) -> Iterator[str]:
    """Yield the panels that a layout arranges."""
    if isinstance(node, str):
        yield node
    else:
        yield from panels(node['first'])
        yield from panels(node['second'])


def test_the_documentation_tells_of_every_namespace() -> None:
    text = (CONFIG.parent / 'docs' / 'seeing.md').read_text(encoding='utf-8')
    for namespace, shown in NAMESPACES.items():
        assert f'| `{namespace}` | {shown} |' in text


def test_rviz_shows_topics_that_there_are_with_every_namespace() -> None:
    shown = {d['Topic']['Value']: d for d in displays() if 'Topic' in d}
    assert set(shown) <= set(published())
    assert set(shown['/v2x/markers']['Namespaces']) == set(NAMESPACES)


def test_rviz_asks_for_no_more_than_is_offered() -> None:
    for display in displays():
        if 'Topic' in display:
            assert display['Topic']['Durability Policy'] == 'Volatile'


def test_foxglove_shows_topics_that_there_are() -> None:
    assert set(layout()['configById']['3D!scene']['topics']) <= set(published())


@pytest.mark.parametrize(('topic', 'path'), fields_named())
def test_foxglove_reads_fields_that_there_are(topic: str, path: str) -> None:
    kind = published()[topic]
    plain = re.sub(r'\{.*?\}|\[.*?\]', '', path)
    fielddefs = typestore().fielddefs
    for part in plain.split('.'):
        fields = dict(fielddefs[kind][1])
        assert part in fields, f'{kind} has no field {part}'
        found = fields[part]
        while not isinstance(found[1], str):
            # Of a sequence the type of its elements.
            found = found[1][0]
        kind = found[1]


def test_foxglove_arranges_every_panel_that_it_configures() -> None:
    assert set(panels(layout()['layout'])) == set(layout()['configById'])
