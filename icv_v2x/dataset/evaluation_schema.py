# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of an evaluation of many bags, column by column."""

from __future__ import annotations

from icv_v2x.dataset.schema import CATEGORY, Column, Table

_BAG = Column('bag', 'string', 'Path of the bag as it was named.')

EVALUATION_TABLES = (
    Table('bags', 'a bag', (
        _BAG,
        Column('status', CATEGORY, '`done`, `broken` (the bag or its parameters cannot be used) '
               'or `failed` (the process that worked on it ended; tried again next time).'),
        Column('error', 'string', 'Why it is not done, else null.'),
        Column('duration', 'float64', '[s] of the recording.'),
        Column('cycles', 'int64', 'Cycles of the pipeline.'),
        Column('received', 'int64', 'Radio frames.'),
        Column('accepted', 'int64', 'Radio frames that were used.'),
        Column('warnings', 'int64', 'Situations at WARNING or above.'),
        Column('hits', 'int64', 'Of them those judged `hit`, see `outcomes` of an export.'),
        Column('false_warnings', 'int64', 'Of them those judged `false`.'),
        Column('active', 'float64', 'Share of the cycles in mode ACTIVE [0..1].'),
        Column('tracks_mean', 'float64', 'Objects known in the mean.'),
        Column('tracks_most', 'int64', 'Objects known at most.'),
        Column('track_age', 'float64', '[s] median age of what is known of objects.'),
        Column('ego_age', 'float64', '[s] median age of the own pose.'),
        Column('ego_age_greatest', 'float64', '[s] greatest age of the own pose.'),
        Column('cycle_median', 'float64', '[s] duration of a cycle, median.'),
        Column('cycle_p99', 'float64', '[s] the same, 99th percentile.'),
        Column('cycle_greatest', 'float64', '[s] the same, greatest.'),
        Column('decoding_p99', 'float64', '[s] decoding before a cycle, 99th percentile.'),
        Column('elapsed', 'float64', '[s] that its replay took.'),
    )),
    Table('advisories', 'an application and a level in a bag', (
        _BAG,
        Column('application', CATEGORY, 'Application.'),
        Column('level', CATEGORY, 'Level.'),
        Column('cycles', 'int64', 'Cycles in which it was in force.'),
        Column('situations', 'int64', 'Situations that had this as their highest level and '
               'the application that reached it first.'),
        Column('per_hour', 'float64', '[1/h] situations an hour of recording.'),
    )),
    Table('inputs', 'a reason why something of a bag was not used', (
        _BAG,
        Column('kind', CATEGORY, '`frames` that were rejected, `objects` within frames, `inputs` '
               'of the own vehicle that were refused, `messages` that could not be read.'),
        Column('reason', 'string', 'The reason; of messages the topic.'),
        Column('count', 'int64', 'How many.'),
    )),
)
"""Every table of an evaluation."""
