# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Packages that import their names late give all of them, and spare processes the rest."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest


@pytest.mark.parametrize(
    'package', ['interchange', 'message_set', 'pipeline', 'platooning', 'trust'])
def test_every_name_is_there(package: str) -> None:
    module = import_module(f'icv_v2x.{package}')
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match='nothing_of_the_kind'):
        _ = module.nothing_of_the_kind


def test_who_only_hears_decoded_messages_loads_neither_codec_nor_bags_nor_tracking() -> None:
    """The arbiter has to be back within two seconds of its end, and most of that is imports."""
    command = (
        'import sys, icv_v2x.advisory.arbiter, icv_v2x.interchange.from_message, '
        'icv_v2x.interchange.to_message; '
        "print({'asn1tools', 'rosbags', 'scipy', 'pyproj'} & sys.modules.keys())")
    done = subprocess.run(
        [sys.executable, '-c', command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == 'set()'


def test_decoding_loads_no_library_for_encoding() -> None:
    command = (
        'import sys; from icv_v2x.message_set.batch import decode_frames; '
        'from icv_v2x.message_set.codec import decode; '
        "print('asn1tools' in sys.modules)")
    done = subprocess.run(
        [sys.executable, '-c', command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == 'False'
