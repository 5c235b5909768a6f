"""Parser of `leadline.toml`: `Settings`, or an error that names the line."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from leadline.errors import SettingsError
from leadline.settings.sections import (
    NAMED_SECTIONS,
    SECTIONS,
    TO_CONFIRM,
    Settings,
    WordSettings,
)

_LISTS = {
    "files", "stream", "exclude", "missing", "families", "assumed", "columns", "groups", "events",
    "to", "command", "scopes", "data_leave_to",
}  # fmt: skip

# keys that are tables: a message names the key within
_NESTED = {"costs", "oidc", "words"}
_SECRET = {"key", "url"}


def load_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Parameters
    ----------
    path : Path
        Of the `leadline.toml`.

    Returns
    -------
    Settings
        With `problem.assumed` filled in.

    Raises
    ------
    SettingsError
        If the file is missing, is not TOML, has an unknown key, or a value cannot be; the
        message names file, line, section and key.
    """
    return parse_settings(path, _read(path))


def parse_settings(path: Path, text: str) -> Settings:
    """Check the text of a settings file, which need not be in the file yet.

    Parameters
    ----------
    path : Path
        The file that messages name.
    text : str
        What it says, or would say.

    Raises
    ------
    SettingsError
        As `load_settings` does.
    """
    document = _parse(path, text)
    _move_words(path, text, document)
    for section, content in document.items():
        _refuse_unknown(path, text, section, content)
    words = document.get("problem", {}).get("words", {})
    if isinstance(words, dict):
        _refuse_unknown_keys(path, text, "problem.words", words, _names(WordSettings))
    settings = _validate(path, text, document)
    _refuse_contradictions(path, text, settings)
    _refuse_half_a_mail(path, text, settings)
    _refuse_dollars(path, text, settings)
    given = document["problem"]
    assumed = (key for key in TO_CONFIRM if key not in given or key in settings.problem.assumed)
    if settings.problem.task in {"multiclass", "regression"}:
        assumed = (key for key in assumed if key != "positive")
    return replace(settings, problem=replace(settings.problem, assumed=tuple(assumed)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no {path.name} in {path.parent}.",
            "A project needs one.",
            "Run 'leadline init' with your file of data, or change to the project's folder.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path.name} cannot be read: {error}.", "Text in UTF-8 is needed.", "Save it as UTF-8."
        ) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path.name} is not TOML: {error}.",
            'A line reads key = value; words stand in quotes: label = "late".',
            "Mend that line.",
        ) from None


def _move_words(path: Path, text: str, document: dict[str, Any]) -> None:
    """Take the names of the errors from where files had them before [problem.words]."""
    problem = document.get("problem")
    if not isinstance(problem, dict) or not isinstance(problem.setdefault("words", {}), dict):
        return
    for key in ("miss", "false_alarm"):
        if key in problem and key in problem["words"]:
            raise SettingsError(
                f"{path.name}{_line(text, 'problem', key)}: {key} stands under [problem] and under "
                "[problem.words].",
                "One of them is needed.",
                "Keep the one under [problem.words].",
            )
        if key in problem:
            problem["words"][key] = problem.pop(key)


def _refuse_unknown(path: Path, text: str, section: str, content: Any) -> None:
    known_sections = ("project", *SECTIONS, *NAMED_SECTIONS)
    if section not in known_sections:
        line = _line(text, section if isinstance(content, dict) else "", section)
        found = f"[{section}]" if isinstance(content, dict) else f"{section!r} before any section"
        raise SettingsError(
            f"{path.name}{line}: {found} is not known.",
            f"The sections are {', '.join(f'[{name}]' for name in known_sections)}.",
            _suggestion(section, known_sections, "[{}]"),
        )
    if not isinstance(content, dict):
        raise SettingsError(
            f"{path.name}{_line(text, '', section)}: {section!r} is a value.",
            "It must be a section.",
            f"Write [{section}] on a line of its own, its keys below it.",
        )
    if section in NAMED_SECTIONS:
        _refuse_unnamed(path, text, section, content)
        return
    known = ("name",) if section == "project" else _names(SECTIONS[section])
    _refuse_unknown_keys(path, text, section, content, known)


def _refuse_unnamed(path: Path, text: str, section: str, content: Mapping[str, Any]) -> None:
    """Refuse keys outside of a table with a name, and unknown ones within."""
    for name, table in content.items():
        if not isinstance(table, dict):
            raise SettingsError(
                f"{path.name}{_line(text, section, name)}: [{section}] {name} is a value.",
                f"Each of [{section}] is a section with a name.",
                f"Write [{section}.NAME] on a line of its own, its keys below it.",
            )
        known = _names(NAMED_SECTIONS[section])
        _refuse_unknown_keys(path, text, f"{section}.{name}", table, known)


def refuse_unknown_keys(
    section: str,
    content: Mapping[str, Any],
    known: tuple[str, ...],
    where: Callable[[str], str] = "".format,
) -> None:
    """Refuse keys that a section does not have; `where` says of a key in which line it stands.

    Raises
    ------
    SettingsError
        Of the first; it names the known keys, and the nearest.
    """
    for key in content:
        if key not in known:
            raise SettingsError(
                f"{where(key)}[{section}] {key} is not known.",
                f"The keys of [{section}] are {', '.join(known)}.",
                _suggestion(key, known, "{!r}"),
            )


def _refuse_unknown_keys(
    path: Path, text: str, section: str, content: Mapping[str, Any], known: tuple[str, ...]
) -> None:
    refuse_unknown_keys(
        section, content, known, lambda key: f"{path.name}{_line(text, section, key)}: "
    )


def _names(cls: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(cls))


def _suggestion(name: str, known: tuple[str, ...], form: str) -> str:
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"Did you mean {form.format(near[0])}?" if near else "Remove it."


def _validate(path: Path, text: str, document: dict[str, Any]) -> Settings:
    given = {section: _plain(document.get(section, {})) for section in SECTIONS}
    given |= {section: document.get(section, {}) for section in NAMED_SECTIONS}
    given["name"] = document.get("project", {}).get("name", path.absolute().parent.name)
    try:
        return _schema().validate_python(given)
    except ValidationError as error:
        raise _as_settings_error(path, text, error) from None


@cache
def _schema() -> TypeAdapter[Settings]:
    # takes far longer to make than to use, and a page reads the settings at every visit
    return TypeAdapter(Settings)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """Let a date be text, and a lone word be a list of one."""
    plain: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, datetime.date | datetime.time):
            plain[key] = value.isoformat()
        elif key in _LISTS and isinstance(value, str):
            plain[key] = [value]
        else:
            plain[key] = value
    return plain


def _as_settings_error(path: Path, text: str, error: ValidationError) -> SettingsError:
    first = error.errors()[0]
    section, key = [str(part) for part in (*first["loc"], "")][:2]
    if section in NAMED_SECTIONS:
        section, key = f"{section}.{key}", str(first["loc"][-1])
        key = "its name" if key == "[key]" else key
    name = ".".join(str(part) for part in first["loc"][1:]) if key in _NESTED else key
    if section == "name":
        section, key, name = "project", "name", "name"
    if first["type"] == "missing":
        return SettingsError(
            f"{path.name} says nothing of [{section}] {key}.",
            "It has no default.",
            f"Add {key} = ... under [{section}].",
        )
    said = first["msg"].removeprefix("Value error, ")
    needed = said.replace("Input should be", "It must be").replace("String", "Text")
    # it may be the secret that should not stand there
    value = "text that is not shown here" if key in _SECRET else repr(first["input"])
    line = _line(text, ".".join(map(str, first["loc"][:-1])), str(first["loc"][-1]))
    line = line or _line(text, section, key)
    return SettingsError(
        f"{path.name}{line}: [{section}] {name} is {value}.",
        f"{needed}.",
        f"Change [{section}] {name} in {path.name}.",
    )


def _refuse_contradictions(path: Path, text: str, settings: Settings) -> None:
    data = settings.data
    for split, column in (("time", data.time), ("group", data.group)):
        if data.split == split and not column:
            raise SettingsError(
                f'{path.name}{_line(text, "data", "split")}: [data] split is "{split}".',
                f"The {split} column must be named.",
                f'Add {split} = "..." under [data].',
            )
    for key in ("time", "group"):
        if getattr(data, key) == settings.problem.label:
            raise SettingsError(
                f"{path.name}{_line(text, 'data', key)}: [data] {key} is the label.",
                "The label is what is predicted.",
                f"Name another column, or leave [data] {key} out.",
            )
    if settings.problem.label in data.exclude:
        raise SettingsError(
            f"{path.name}{_line(text, 'data', 'exclude')}: [data] exclude names the label.",
            "The label is what is learnt.",
            f"Take {settings.problem.label!r} out of the list.",
        )


def _refuse_half_a_mail(path: Path, text: str, settings: Settings) -> None:
    notify = settings.notify
    for key, value in (("sender", notify.sender), ("to", notify.to)):
        if notify.smtp_host and not value:
            raise SettingsError(
                f"{path.name}{_line(text, 'notify', 'smtp_host')}: [notify] smtp_host is set, and "
                f"{key} is not.",
                "A mail needs a sender and somebody it goes to.",
                f"Add {key} = ... under [notify].",
            )


def _refuse_dollars(path: Path, text: str, settings: Settings) -> None:
    """Refuse money of machines that could not be added to the project's."""
    paid = [name for name, machine in settings.machines.items() if not machine.is_free]
    if paid and not settings.per_dollar:
        raise SettingsError(
            f"{path.name}{_line(text, f'machines.{paid[0]}', 'url')}: [machines.{paid[0]}] is "
            f"priced in US dollars, and [problem] currency is {settings.problem.currency}.",
            "What a dollar costs must be known, or the two cannot be added.",
            "Set [prices] dollar_rate in leadline.toml.",
        )


def _line(text: str, section: str, key: str) -> str:
    """Return " line 7" for where a key (or its section) stands; empty if it is nowhere plain."""
    now, section_line = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            now = header[1]
            section_line = f" line {number:,}" if now == section else section_line
        elif now == section and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return f" line {number:,}"
    return section_line
