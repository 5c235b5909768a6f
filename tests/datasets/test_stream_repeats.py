from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from tests.datasets.test_folds import pool

from leadline.datasets.frames import MachineRows
from leadline.datasets.machine_rows import NO_ROWS
from leadline.datasets.stream_repeats import n_learnt_of

N = 200


def test_rows_that_only_a_machine_labelled_count_where_they_were_learnt_from() -> None:
    stream = pl.DataFrame({"x": np.arange(N) * 1.0 + 1000})
    known = pool(np.arange(N) % 2)
    machines = MachineRows(stream, stream, np.arange(N) % 2, np.ones(N))
    taught = replace(known, X=pl.DataFrame({"x": np.arange(N) * 1.0}), machines=machines)
    assert n_learnt_of(stream, taught, np.arange(50)) == 50
    assert n_learnt_of(stream, taught, NO_ROWS) == 0
    assert n_learnt_of(stream, replace(taught, machines=None), NO_ROWS) == 0
