"""Template of `leadline.toml`, with comments that explain each key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from leadline.settings.machine_sections import Machine
from leadline.settings.sections import SECTIONS, TO_CONFIRM, WordSettings
from leadline.settings.toml_parsing import refuse_unknown_keys

_HEAD = """\
# What this project is about. Change what does not fit, then run 'leadline run define'.
# A line that begins with "# key =" shows what is taken while nobody has set the key:
# take the leading "# " away to set it. Under [problem], that also says you confirm it.
"""
_UNSET = {"question": "", "target_score": 0.8}
# in place of a default that is no value
_SHOWN = {"error_cost": 1.0}
_TITLES = {
    "problem": "What is predicted for whom, and how good is good enough?",
    "data": "Which files, and how are they read?",
    "ethics": "Who may be harmed? No model is released before this is answered.",
    "prices": "What do labels and machines cost? In the currency of [problem].",
    "labels": "How many people label an item, how are they checked, and what is labelled next?",
    "find": "Which kinds of models are tried?",
    "slices": "Whom does the model fail? Looked at when it is tuned.",
    "serve": "Which load must the model bear, and is logged what it answers?",
    "watch": "How is the model watched once it is in service?",
    "notify": "Who is told when a person is needed? 'leadline notify --test' tries it.",
    "work": "How much time is there for the work of ship and watch?",
    "store": "Where does the record lie, if several projects share one?",
    "access": "How do people log in? 'leadline user add' gives somebody an account.",
}
WORDS = {
    "problem": {
        "question": "in the words of whoever asks",
        "label": "the column to predict",
        "target_score": "good enough, as a fraction: 0.9, not 90",
        "unit": "what one row is: a flight, a customer",
        "positive": "the class that counts as a hit; empty: the rarer one",
        "task": "auto, binary, multiclass or regression",
        "scoring": "roc_auc, accuracy, f1, r2, ...; empty: what suits the task",
        "cost_miss": "what one miss costs",
        "cost_false_alarm": "what one false alarm costs",
        "tolerance": "where a number is predicted: how far off it may be and still be of use",
        "today": "how it is decided without the model: by hand, by a rule, not at all",
        "today_misses": "of that, in 1,000 rows",
        "today_false_alarms": "of that, in 1,000 rows",
        "currency": "of every price in this file",
        "budget": "money granted for labels and machines",
        "time_box_s": "seconds the search may take",
        "owner": "who asks, and decides",
        "deputy": "who answers when the owner cannot",
    },
    "data": {
        "files": "CSV, TSV, Parquet or JSON lines; several must have the same columns",
        "stream": "rows as the model will meet them; they need no label",
        "time": "the column that dates a row",
        "group": "the column of what belongs together: a patient, a customer",
        "exclude": "columns the model must not see, such as what is known only afterwards",
        "missing": 'further words for "no value"; NA, null, ? and the like are known',
        "odd_cells": "refuse, missing or words: a few cells that are no numbers among many",
        "skip_lines": "lines above the header",
        "footer_rows": "rows below the data, such as totals",
        "sheet": "of a workbook; empty: the first",
        "split": "auto, random, group or time: how the test rows are set aside",
        "test_share": "share of the rows set aside",
        "seed": "salt of the split",
        "image_size": "pixels of the longer side that images are scaled down to",
    },
    "ethics": {
        "answered_by": "your name",
        "harmed": "who can be harmed by a wrong prediction",
        "by_which_error": "a miss, a false alarm, or both; and how",
        "data_allowed": "which data may be used, on what ground",
        "personal_data": "which columns are personal, and how they are protected",
        "groups": "columns of groups to tell apart, such as sex; the model need not see them",
        "data_leave_to": "hosts outside that rows may be sent to; needed for [machines] elsewhere",
        "data_leave_why": "which data may leave the house, on what ground",
    },
    "prices": {
        "wage_per_hour": "of a person who labels",
        "seconds_per_label": "for one person and one row",
        "fee_share": "what a platform asks on top of the wages: 0.428",
        "people": "how many label",
        "hours_per_day": "that each of them labels",
        "machine_per_hour": "of the machine that computes",
        "row": "of one more row without a label, for a machine to label; 0: there are no others",
        "machines": "others to compare; 'leadline plan --example-machines' prints a table",
        "dollar_rate": "what a US dollar costs, where the currency is another: see [machines]",
        "priced_at": "date of these prices",
    },
    "labels": {
        "votes": "people asked first for an item",
        "most_votes": "people asked while those who answered disagree; 0: as many as votes",
        "hold_s": "seconds an item is kept for a person",
        "repeat_share": "share of items shown again, to see whether people agree with themselves",
        "gold": "file with rows and their true label, hidden among the others; empty: none",
        "gold_share": "share of items taken from it",
        "rule": "majority, or dawid-skene: votes weighed by how good each person is",
        "guidelines": "text or Markdown file that people read while they label; empty: none",
        "next": "random, uncertainty or diversity: which train rows are labelled next",
        "rounds": "in which rows may be bought; after each the forecast is made anew",
    },
    "find": {
        "families": "kinds of models, by name; your own by import path",
        "folds": "of the cross-validation",
        "executor": "where fits run: sequential, loky or ray",
        "n_jobs": "fits of a trial at once; 0: one a core",
        "searcher": "who proposes parameters: optuna, random or none",
        "money_limit": "what the machine of one search may cost; 0: no limit",
        "cpu_limit_s": "seconds of processors one search may use; 0: no limit",
        "memory_limit_gb": "what a candidate may take; 0: four fifths of what is free",
        "accept_loss": "what a simpler candidate may lose against the best, in units of the metric",
        "hundredth_worth": "what 0.01 more of the metric is worth in a year; 0: not said",
        "importance_s": "seconds for what the chosen candidate leans on; 0: not looked at",
    },
    "slices": {
        "columns": "of the parts that are looked at; empty: all that the model sees",
        "most_pairs": "pairs of parts looked at, at most",
    },
    "serve": {
        "peak_per_s": "requests a second at the peak",
        "growth": "factor the peak may grow by",
        "spare": "instances that may fail",
        "p99_ms": "milliseconds within which 99 of 100 requests are answered: your promise",
        "measure_s": "seconds for which capacity measures a server",
        "instance_per_hour": "price of one instance",
        "priced_at": "date of that price",
        "machine": "one of [[prices.machines]] whose price counts instead; empty: none",
        "rows_per_year": "answered in a year; with [find] hundredth_worth, speed counts in find",
        "executor": "where 'leadline score' runs: loky (this machine) or ray",
        "log": "true: leadline serve keeps rows and answers; they may be personal",
        "keep_days": "days that these, and their outcomes, are kept; 0: for ever",
        "promote": "false: an approved release waits for leadline promote",
    },
    "watch": {
        "block": "day, week or month",
        "retrain_cost": "money for one retraining",
        "error_cost": "money for any wrong answer; not set: the prices under [problem] count",
        "key": "column that names a row, so that it is known again; empty: by its values",
        "labels": "rows of a block that a label is asked for",
        "tolerance": "rise of the share wrong that is accepted: 0.02",
        "false_alarm_years": "between two false alarms, at least on average",
        "backtest_s": "seconds after which no further model of the past or challenger is fitted",
    },
    "notify": {
        "events": "what is told",
        "webhook": "URL that is sent JSON; empty: none",
        "webhook_key": "environment variable with the key that signs it",
        "smtp_host": "mail server; empty: no mail",
        "smtp_port": "of the mail server",
        "smtp_security": "starttls, tls or none",
        "smtp_user": "who logs in; empty: nobody",
        "smtp_password": "environment variable with the password",
        "sender": "address that mail comes from",
        "to": "addresses that it goes to",
        "command": "program and arguments that are given JSON on standard input",
    },
    "work": {
        "hours_per_day": "that each owner has for this project on a working day",
    },
    "store": {
        "url": "sqlite:///../team.db, or postgresql+psycopg://...; empty: in this folder",
        "artifacts": "folder or s3://...; empty: in this folder",
    },
    "access": {},
    "machines": {
        "url": "where it answers",
        "model": "what the model is called there",
        "client": "what speaks to it: openai, or the client of an installed package",
        "key": "environment variable with the key; empty: it asks for none",
        "input": "US dollars for a million tokens sent",
        "cached_input": "for those of them that the server had kept; left out: as the others",
        "output": "for a million tokens answered",
        "batch_share": "what a request in a batch file costs, as a share: 0.5",
        "priced_on": "day on which these prices were looked up",
        "budget": "most US dollars it may spend in this project",
        "max_in_flight": "requests that wait for an answer at once",
        "timeout_s": "seconds after which an answer is given up",
        "train": "whether models learn from what it labels, once a person has let it in",
    },
}
_EXAMPLE_MACHINE = {
    "url": "http://127.0.0.1:8080/v1",
    "model": "small",
    "input": 0.0,
    "cached_input": 0.0,
    "output": 0.0,
    "priced_on": "2026-11-30",
}

_WORDS_OF_PROJECT = {
    "units": "many rows; empty: the unit with an s",
    "hit": "counts, and is flagged: a sick patient found; empty: made from the classes",
    "miss": "counts, and is not flagged: a sick patient sent home",
    "false_alarm": "does not count, and is flagged: a healthy patient called back",
    "measured_in": "where a number is predicted: minutes, EUR",
}


def template(
    *,
    name: str,
    files: Sequence[str],
    label: str,
    problem: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    more: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Write a commented `leadline.toml`.

    Parameters
    ----------
    name : str
        The project's.
    files : sequence of str
        Files of data, as paths from the folder of the settings.
    label : str
        The column to predict.
    problem, data : mapping, optional
        Keys of [problem] and [data] that somebody has said; every other key is shown with
        its default, marked as assumed where it shapes the problem.
    more : mapping of str to mapping, optional
        Keys of the other sections, by section.

    Returns
    -------
    str
        TOML that `load_settings` reads.

    Raises
    ------
    SettingsError
        If a section has no such key: it would be lost.

    Examples
    --------
    >>> text = template(name="late", files=["flights.csv"], label="late", data={"time": "date"})
    >>> [line for line in text.splitlines() if line.startswith(("label", "time", "target"))]
    ['label = "late"  # the column to predict',
     'target_score = 0.8  # assumed; good enough, as a fraction: 0.9, not 90',
     'time = "date"  # the column that dates a row']
    """
    given = {**(more or {}), "problem": {**(problem or {}), "label": label}}
    given["data"] = {**(data or {}), "files": list(files)}
    sections = [_section(section, given.get(section, {})) for section in SECTIONS]
    sections.append(_machines(given.get("machines", {})))
    return "\n".join([_HEAD, f"[project]\nname = {_toml(name)}\n", *sections])


def _section(section: str, given: Mapping[str, Any]) -> str:
    lines = [f"# {_TITLES[section]}", f"[{section}]"]
    keys = {item.name: item for item in fields(SECTIONS[section])}
    refuse_unknown_keys(section, given, tuple(keys))
    lines += [_key(keys[key], words, given) for key, words in WORDS[section].items()]
    if section == "data":
        lines += _columns(given.get("columns", {}))
    if section == "access":
        lines.append("# [access.oidc]  # by a provider: issuer, client_id, role_claim; see how-to")
    if unset := [key for key in _UNSET if key in keys and key not in given]:
        lines.append(f"assumed = {_toml(unset)}  # take a key out of this list to confirm it")
    if section == "problem":
        lines += _costs(given.get("costs", {}))
        lines += _words(given.get("words", {}))
    return "\n".join(lines) + "\n"


def _costs(costs: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Tables of what it costs to take a class for others; else an example."""
    if not costs:
        return [
            "# [problem.costs.ill]  # of several classes: what an 'ill' row costs that is called",
            "# well = 50.0          # 'well'; mistakes that are not named cost 1",
        ]
    lines = []
    for truth, each in costs.items():
        lines += ["", f"[problem.costs.{_toml(truth)}]"]
        lines += [f"{_toml(said)} = {_toml(cost)}" for said, cost in each.items()]
    return lines


def _words(given: Mapping[str, Any]) -> list[str]:
    """The words of the project; those that nobody has said as comments."""
    refuse_unknown_keys("problem.words", given, tuple(item.name for item in fields(WordSettings)))
    lines = ["", "# What pages and reports call things, in your own words.", "[problem.words]"]
    for key, said in _WORDS_OF_PROJECT.items():
        lines.append(f"{'' if key in given else '# '}{key} = {_toml(given.get(key, ''))}  # {said}")
    classes = given.get("classes", {})
    if not classes:
        return [
            *lines,
            '# classes = { yes = "late", no = "on time" }  # each ends "this row is ..."',
        ]
    pairs = ", ".join(f"{_toml(value)} = {_toml(word)}" for value, word in classes.items())
    return [*lines, f'classes = {{ {pairs} }}  # each ends "this row is ..."']


def _machines(machines: Mapping[str, Mapping[str, Any]]) -> str:
    """Sections of language models; else an example as comments."""
    words = WORDS["machines"]
    lines = ["# Which language models may answer, at what price? See 'leadline machine list'."]
    if not machines:
        said = {item.name: item.default for item in fields(Machine)} | _EXAMPLE_MACHINE
        lines.append("# [machines.small]  # one section each; the name is yours")
        lines += [f"#   {key} = {_toml(said[key])}  # {words[key]}" for key in words]
    for name, keys in machines.items():
        lines += ["", f"[machines.{name}]"]
        lines += [f"{key} = {_toml(value)}  # {words[key]}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def _columns(columns: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Tables of columns that are read otherwise than recognised; else an example."""
    if not columns:
        return ['# [data.columns.amount]  # read otherwise: kind = "number", decimal = ","']
    lines = []
    for name, keys in columns.items():
        lines += ["", f"[data.columns.{_toml(name)}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in keys.items()]
    return lines


def _key(item: Field[Any], words: str, given: Mapping[str, Any]) -> str:
    if item.name in given:
        return f"{item.name} = {_toml(given[item.name])}  # {words}"
    words = f"assumed; {words}" if item.name in TO_CONFIRM else words
    if item.default is MISSING:
        return f"{item.name} = {_toml(_UNSET[item.name])}  # {words}"
    if item.default is None:
        return f"# {item.name} = {_toml(_SHOWN[item.name])}  # an example; {words}"
    return f"# {item.name} = {_toml(item.default)}  # {words}"


def _toml(value: Any) -> str:
    """Write a value as TOML; its strings, numbers and lists are JSON's, but for DEL."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
