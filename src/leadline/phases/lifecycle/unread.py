"""Unread fields: what a row does not read of the verdicts it stands on, so that it stays current.

What is not named here counts as read, so a new field of a verdict, or a new row, errs on the safe
side. Tuning is read whole: it fits its model anew, and counts one more use of the test set.
The summary and the findings of a verdict follow from its other fields, and never count; nor do the
words of the project, which a verdict says its sentences in and keeps.
`tests/jobs/test_unread.py` watches which fields the jobs ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_WORDS = frozenset(
    {
        *("question", "unit", "units", "hit", "miss", "false_alarm", "measured_in", "class_words"),
        *("owner", "deputy", "ethics", "assumed", "rarer", "leaving"),
        *("today", "today_misses", "today_false_alarms", "label_currency"),
    }
)
_ERRORS = frozenset({"cost_miss", "cost_false_alarm", "costs", "tolerance"})
_GRANTED = frozenset({"budget", "time_box_s"})
_GOAL = frozenset({"scoring", "target_score"})
_CURRENCY = frozenset({"currency"})

# the files may be written anew with the same rows
_REWRITTEN = frozenset({"source_digest", "files_digest", "machine_labels", "machine_notes"})
# what a person says of the split changes what feasibility makes of it, and no row of it
_OF_DATA = _REWRITTEN | {"is_random_stated"}
# what only machines labelled is learnt from, and nothing else
_TAUGHT = frozenset({"machine_rows", "machine_shares"})
# a second run goes on from the first one's trials; its examples depend on the time left
_OF_SEARCH = frozenset(
    {
        *("spent_s", "starting_s", "waiting_s", "stolen_s", "cpu_s", "fits_cpu_s", "wanted_s"),
        *("cost", "n_processes", "n_kept", "examples"),
    }
)
# a target that is stated anew asks for another signature, and changes nothing of the model
_OF_RELEASE = frozenset({"target"})
_OF_CURVE = frozenset({"spent_s", "n_kept"})

_Fields = Mapping[str, frozenset[str]]

_UNREAD: Mapping[str, _Fields] = {
    "data": {"problem": _WORDS | _ERRORS | _GRANTED | _GOAL | _CURRENCY},
    "feasibility": {
        "problem": _WORDS | _ERRORS | _GRANTED | _CURRENCY,
        "data": _REWRITTEN | _TAUGHT,
    },
    "decision.define": {"problem": _WORDS, "data": _OF_DATA | _TAUGHT},
    "search": {"problem": _WORDS | _ERRORS, "data": _OF_DATA},
    "decision.find": {"search": _OF_SEARCH},
    "labelling": {
        "problem": _WORDS | _ERRORS | _GRANTED | _GOAL,
        "data": _OF_DATA | _TAUGHT,
    },
    "curve": {
        "problem": _WORDS | _ERRORS | _CURRENCY | {"target_score"},
        "data": _OF_DATA,
        "search": _OF_SEARCH,
    },
    # counts the money that machines have cost, so that of a second run too
    "forecast": {
        "problem": _WORDS | _ERRORS,
        "data": _OF_DATA,
        "search": _OF_SEARCH - {"cost"},
        "curve": _OF_CURVE - {"spent_s"},
    },
    "decision.train": {"curve": _OF_CURVE},
    "tuning": {
        "problem": _WORDS | _GRANTED | {"target_score"},
        "data": _OF_DATA,
        "search": _OF_SEARCH,
    },
    # keeps the owner it was signed under, and the costs that the person who chose weighed
    "review": {"problem": _WORDS | _ERRORS | _GRANTED | _GOAL},
    "release": {
        "problem": (_WORDS - {"ethics"}) | _ERRORS | _GRANTED | _CURRENCY,
        "data": _OF_DATA,
        "search": _OF_SEARCH,
    },
    "capacity": {"release": _OF_RELEASE},
    "decay": {
        # what errors cost is told beside the price that a retraining is reckoned with
        "problem": _WORDS | _GRANTED | {"target_score", "costs", "tolerance"},
        "data": _OF_DATA,
        "search": _OF_SEARCH,
        "release": _OF_RELEASE,
    },
    # that a plan was held against the truth does not undo a decision that was taken on it
    "decision.ship": {"capacity": frozenset({"verifications"})},
    "monitor": {
        "problem": _WORDS | _GRANTED | {"tolerance", "costs"},
        "data": _OF_DATA,
        "release": _OF_RELEASE,
    },
}

_NOTHING: _Fields = MappingProxyType({})


def unread(reader: str, row: str) -> frozenset[str]:
    """The fields of a row's verdict that another row does not read.

    Examples
    --------
    >>> "ethics" in unread("search", "problem"), "ethics" in unread("release", "problem")
    (True, False)
    >>> sorted(unread("capacity", "release")), unread("capacity", "problem")
    (['target'], frozenset())
    """
    return _UNREAD.get(reader, _NOTHING).get(row, frozenset())
