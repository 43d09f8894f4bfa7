# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is stored of the parsed ASN.1 files: that it is of these files and no others."""

from __future__ import annotations

from importlib import resources

import pytest

from icv_v2x.message_set import schema

FOLDER = resources.files('icv_v2x.message_set') / 'asn1'
REMEDY = "python -c 'from icv_v2x.message_set import schema; schema.store()'"


@pytest.fixture
def text() -> str:
    """Returns the ASN.1 files as one text, as the parser takes them."""
    files = sorted(
        (entry for entry in FOLDER.iterdir() if entry.name.endswith('.asn')),
        key=lambda entry: entry.name)
    return '\n'.join(entry.read_text(encoding='utf-8') for entry in files)


def test_what_is_stored_is_what_the_parser_makes_of_the_files(text) -> None:
    stored = schema._stored(text)
    assert stored is not None, f'the ASN.1 files have changed; renew with: {REMEDY}'
    assert stored == schema._parsed(text)


def test_nothing_stored_is_taken_for_other_files(text) -> None:
    assert schema._stored(text + '\n-- changed') is None
