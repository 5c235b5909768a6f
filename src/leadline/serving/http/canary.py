"""Canary: a candidate that answers a share of the requests, the same ones when they come again."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from leadline.serving.http.opened_release import Answered, Read, Served
from leadline.serving.http.requests.refusals import GoneError

_LOG = logging.getLogger("leadline.serve")


@dataclass
class CanaryCounts:
    """What became of the requests since the candidate came.

    Attributes
    ----------
    answered, others : int
        Requests that it answered; that the release in service answered.
    failed : int
        Requests of its share that it could not answer and the release in service could.
    """

    answered: int = 0
    others: int = 0
    failed: int = 0


class Canary:
    """A candidate that answers some of the requests.

    Parameters
    ----------
    served : Served
        The candidate.
    share : float in (0, 1)
        Of the requests that it answers.

    Attributes
    ----------
    counts : CanaryCounts
        What became of the requests.
    """

    def __init__(self, served: Served, share: float) -> None:
        self.served, self.share = served, share
        self.counts = CanaryCounts()

    def takes(self, request: str) -> bool:
        """Whether a request is of its share.

        Parameters
        ----------
        request : str
            Its id: the same one gets the same release, on every server. Without one, chance says.
        """
        return share_place(request or secrets.token_hex(8), self._name) < self.share

    async def answer(
        self,
        request: str,
        read: Read,
        stable: Served,
        is_gone: Callable[[], bool] = lambda: False,
    ) -> Answered:
        """Answer a request by the candidate if it is of its share, and by the other if not.

        Whatever keeps the candidate from answering, the release in service answers: nobody is
        refused for a trial.

        Raises
        ------
        DataError
            If the release in service cannot answer either.
        """
        is_ours = self.takes(request)
        if is_ours:
            try:
                answered = await self.served.answer(read, is_gone)
            except GoneError:
                raise
            except Exception as error:  # a candidate may raise anything
                answered = None
                fault = error
            if answered is not None:
                self.counts.answered += 1
                return answered
        answered = await stable.answer(read, is_gone)
        if is_ours:
            self._failed(fault)
        self.counts.others += 1
        return answered

    def _failed(self, error: Exception) -> None:
        if not self.counts.failed:
            words = "candidate %s could not answer a request of its share: %s"
            _LOG.warning(words, self._name, error)
        self.counts.failed += 1

    @property
    def _name(self) -> str:
        return self.served.manifest.release_id


def share_place(request: str, candidate: str) -> float:
    """Where a request falls in [0, 1), evenly: each candidate has its own order of them.

    Parameters
    ----------
    request : str
        Id of the request.
    candidate : str
        Id of the candidate: a larger share of the same one takes the requests of the smaller one
        and more.

    Examples
    --------
    >>> share_place("7f3a", "0f3c9d21b7aa") == share_place("7f3a", "0f3c9d21b7aa")
    True
    """
    digest = blake2b(f"{candidate}:{request}".encode(), digest_size=8).digest()
    # 53 bits: what a float holds, so that it stays below 1
    return (int.from_bytes(digest) >> 11) / 2**53
