"""Answer to whether rows may be sent to machines outside, and the refusal where it is missing."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.errors import NotReadyError
from leadline.phases.verdict import Finding, note, warning


@dataclass(frozen=True, kw_only=True)
class DataLeaving:
    """Hosts outside that rows could be sent to, and those that a named person allows.

    Attributes
    ----------
    hosts : tuple of str, at least one
        Of the declared machines that are not this computer.
    allowed : tuple of str
        Hosts that rows may be sent to.
    why : str
        Which data, on what ground.
    answered_by : str
        Who says so; empty while nobody does.
    """

    hosts: tuple[str, ...]
    allowed: tuple[str, ...]
    why: str
    answered_by: str

    def is_allowed(self, host: str) -> bool:
        """Whether a named person has said, with a ground, that rows may be sent there.

        Examples
        --------
        >>> said = DataLeaving(hosts=("a", "b"), allowed=("a",), why="texts", answered_by="Ada")
        >>> said.is_allowed("a"), said.is_allowed("b")
        (True, False)
        """
        is_answered = bool(self.why.strip() and self.answered_by.strip())
        return is_answered and host in (each.strip().lower() for each in self.allowed)

    @property
    def open(self) -> tuple[str, ...]:
        """Declared hosts that nothing may be sent to yet."""
        return tuple(host for host in self.hosts if not self.is_allowed(host))

    @property
    def finding(self) -> Finding:
        """What a page says of it."""
        if self.open:
            return warning(
                f"Nobody has said that rows may be sent to {', '.join(self.open)}; "
                "nothing is sent there.",
                "Answer data_leave_to and data_leave_why under [ethics] in leadline.toml.",
            )
        return note(
            f"{self.answered_by} has said that rows may be sent to {', '.join(self.hosts)}: "
            f"{self.why.strip()}"
        )


def require_leave(leaving: DataLeaving | None, host: str, machine: str) -> None:
    """Refuse to send rows where nobody has said that they may go.

    Parameters
    ----------
    leaving : DataLeaving or None
        As the problem on the record has it.
    host, machine : str
        Where rows would go, and the name of the machine that answers there.

    Raises
    ------
    NotReadyError
        If it is not answered for this host.
    """
    if leaving is None or not leaving.is_allowed(host):
        raise NotReadyError(
            f"The machine {machine!r} answers at {host}, which is not this computer.",
            "A named person must have said that rows of data may be sent there, and on what "
            "ground.",
            f'Under [ethics] in leadline.toml set data_leave_to = ["{host}"], data_leave_why and '
            "answered_by, then run 'leadline run problem'.",
        )
