# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Packages icv_v2x for colcon (ament_python) and for pip; the metadata is package.xml's."""

from __future__ import annotations

from glob import glob
from xml.etree import ElementTree

from setuptools import find_packages, setup

PACKAGE = 'icv_v2x'
SHARE = f'share/{PACKAGE}'

manifest = ElementTree.parse('package.xml').getroot()


def text_of(tag: str) -> str:
    """Returns the text of the manifest's first element of a name, on one line."""
    return ' '.join((manifest.findtext(tag) or '').split())


def requirements(name: str) -> list[str]:
    """Returns the requirements of a file."""
    with open(name, encoding='utf-8') as file:
        lines = [line.split('#')[0].strip() for line in file]
    return [line for line in lines if line]


setup(
    name=PACKAGE,
    version=text_of('version'),
    description=text_of('description'),
    maintainer=text_of('maintainer'),
    maintainer_email=manifest.find('maintainer').get('email'),
    license=text_of('license'),
    python_requires='>=3.10',
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    package_data={'': [
        'py.typed', '*.asn', 'asn1/*', 'template/*', 'templates/*', 'golden/*']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (SHARE, ['package.xml']),
        (f'{SHARE}/launch', sorted(glob('launch/*.launch.py'))),
        (f'{SHARE}/config', sorted(
            [*glob('config/*.yaml'), *glob('config/*.rviz'), *glob('config/*.json'),
             *glob('config/*.xml')])),
        (f'{SHARE}/config/profiles', sorted(glob('config/profiles/*.yaml'))),
        # Bags carry these names; with the definitions at hand they are read without built ones.
        (f'{SHARE}/msg_definitions/icv_v2x_msgs/msg', sorted(glob('icv_v2x_msgs/msg/*.msg'))),
    ],
    install_requires=['setuptools'],
    extras_require={
        'data': requirements('requirements-data.txt'),
        'sumo': requirements('requirements-sumo.txt'),
    },
    zip_safe=False,
    entry_points={
        'console_scripts': [
            'icv-v2x = icv_v2x.tools.cli:main',
            'advisory_arbiter = icv_v2x.nodes.commands:advisory_arbiter',
            'autoware_adapter = icv_v2x.nodes.commands:autoware_adapter',
            'collision_warning = icv_v2x.nodes.commands:collision_warning',
            'ego_source = icv_v2x.nodes.commands:ego_source',
            'etsi_adapter = icv_v2x.nodes.commands:etsi_adapter',
            'event_recorder = icv_v2x.nodes.commands:event_recorder',
            'merge_planner = icv_v2x.nodes.commands:merge_planner',
            'obu_udp_driver = icv_v2x.nodes.commands:obu_udp_driver',
            'road_services = icv_v2x.nodes.commands:road_services',
            'v2x_markers = icv_v2x.nodes.commands:v2x_markers',
            'v2x_stack = icv_v2x.nodes.commands:v2x_stack',
            'v2x_translator = icv_v2x.nodes.commands:v2x_translator',
            'v2x_transmitter = icv_v2x.nodes.commands:v2x_transmitter',
        ],
    },
)
