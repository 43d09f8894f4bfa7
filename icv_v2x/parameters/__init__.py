# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: one schema, from which code, files, nodes and documents take names and defaults."""

from icv_v2x.parameters.digest import digest, limits_hash
from icv_v2x.parameters.files import digest_of, load, read
from icv_v2x.parameters.groups import Parameters
from icv_v2x.parameters.node_groups import NodeParameters
from icv_v2x.parameters.schema import ParameterError, Specification, build, specifications

__all__ = [
    'NodeParameters', 'ParameterError', 'Parameters', 'Specification', 'build', 'digest',
    'digest_of', 'limits_hash', 'load', 'read', 'specifications',
]
