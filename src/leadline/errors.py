"""The tree of refusals.

::

    LeadlineError                 whatever a person can mend; the CLI prints it and exits 1
    ├── SettingsError             leadline.toml says something that cannot be
    ├── DataError                 a file of data cannot be read as it is
    ├── NotReadyError             a row cannot be run yet: something it stands on is missing
    ├── NotAllowedError           the person's role may not do this, or nobody has logged in
    ├── RecordError               the record and the request do not fit
    │   ├── OutdatedAnswerError   somebody answered an older page
    │   └── UndeclaredReadError   a job read a row that the life cycle does not let it read
    ├── EngineError               an engine is missing, or breaks its contract
    │   └── DiedError             a computing process died without a word
    ├── ReleaseError              a release is damaged, unsigned or does not fit this environment
    └── LimitError                a job ran out of its time, or was stopped
        └── CancelledError        a person asked for the end of a job

Every message has three parts: what was found, what is needed, what to do next.
A programmer's mistake is a plain ``ValueError`` or ``TypeError``.
"""

from __future__ import annotations


class LeadlineError(Exception):
    """A refusal that a person can mend.

    Parameters
    ----------
    found : str
        What is there now.
    needed : str, default=""
        What would have to be there.
    next : str, default=""
        What to do about it.

    Examples
    --------
    >>> print(LeadlineError("The record has no 'curve'.", next="Run 'leadline run curve'."))
    The record has no 'curve'. Run 'leadline run curve'.
    """

    def __init__(self, found: str, needed: str = "", next: str = "") -> None:
        self.found, self.needed, self.next = found, needed, next
        super().__init__(" ".join(part for part in (found, needed, next) if part))

    def __reduce__(self) -> tuple[type[LeadlineError], tuple[str, str, str]]:
        """Cross a process boundary with all three parts."""
        return (type(self), (self.found, self.needed, self.next))


class SettingsError(LeadlineError):
    """``leadline.toml`` says something that cannot be."""


class DataError(LeadlineError):
    """A file of data cannot be read as it is; nothing of it was imported."""


class NotReadyError(LeadlineError):
    """A row cannot be run yet."""


class NotAllowedError(LeadlineError):
    """The person's role may not do this, or nobody has logged in."""


class RecordError(LeadlineError):
    """The record and the request do not fit."""


class OutdatedAnswerError(RecordError):
    """Somebody answered an older page; the newer entry stands."""


class UndeclaredReadError(RecordError):
    """A job read a row that the life-cycle table does not let it read."""


class EngineError(LeadlineError):
    """An engine is missing, or breaks its contract."""


class DiedError(EngineError):
    """A computing process died without a word."""


class ReleaseError(LeadlineError):
    """A release is damaged, unsigned, or does not fit this environment."""


class LimitError(LeadlineError):
    """A job ran out of its time, or was stopped."""


def first_line(error: Exception) -> str:
    r"""What a library says first, without its last stop: "no such column".

    Examples
    --------
    >>> first_line(ValueError("no such column.\nDid you mean x?"))
    'no such column'
    >>> first_line(ValueError())
    'ValueError'
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


class CancelledError(LimitError):
    """A person asked for the end of a job."""
