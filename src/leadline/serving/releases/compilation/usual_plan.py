"""Rows of training as a release knows them: categories, how they are read, missing values."""

from __future__ import annotations

import json

from leadline.reading.unusual_inputs import UsualInputs
from leadline.serving.compiled.request_cells import can_be_compiled
from leadline.serving.releases.compilation.column_plans import cell_plan
from leadline.serving.releases.manifest import Card


def usual_bytes(usual: UsualInputs, card: Card) -> bytes:
    """The bytes that `UsualInputs.from_bytes` and `KnownCategories.from_bytes` read.

    Parameters
    ----------
    usual : UsualInputs
        Of the rows that a release is made of.
    card : Card
        Says how its columns are read.
    """
    schema = card.reading_schema
    cells = {
        name: cell_plan(name, card.columns[name], schema.get(name))
        for name in usual.categories
        if can_be_compiled(card.columns[name], schema.get(name))
    }
    told = {"categories": usual.categories, "missing": usual.missing, "cells": cells}
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
