"""Routing of a server: from a path to its template, and to what answers there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from leadline.serving.http.requests.http_messages import Reply, Request

Handler = Callable[[Request], Awaitable[Reply]]

_MODEL = ("", "v2", "models")


@dataclass(frozen=True)
class Route:
    """What answers at a path.

    Attributes
    ----------
    template : str
        Path with names in the places of values.
    handlers : mapping of str to callable
        By method.
    is_open : bool
        Whether no token is needed.
    """

    template: str
    handlers: Mapping[str, Handler]
    is_open: bool = False


class Router:
    """Finds routes; a template may have values below ``/v2/models/`` only.

    Parameters
    ----------
    routes : sequence of Route
        Each template once.
    """

    def __init__(self, *routes: Route) -> None:
        self._exact = {one.template: one for one in routes if "{" not in one.template}
        self._shaped = {_shape(one.template): one for one in routes if "{" in one.template}

    def find(self, path: str) -> tuple[Route | None, tuple[str, ...]]:
        """The route of a path, and its values.

        Parameters
        ----------
        path : str
            Without its query.

        Examples
        --------
        >>> router = Router(Route("/v2/models/{name}/versions/{version}/infer", {}))
        >>> router.find("/v2/models/delays/versions/7/infer")[1]
        ('delays', '7')
        >>> router.find("/elsewhere")
        (None, ())
        """
        exact = self._exact.get(path)
        if exact is not None:
            return exact, ()
        parts = path.split("/")
        if tuple(parts[:3]) != _MODEL:
            return None, ()
        places = [place for place in (3, 5) if place < len(parts) and parts[place]]
        if len(parts) > 5 and parts[4] != "versions":
            return None, ()
        values = tuple(parts[place] for place in places)
        for place in places:
            parts[place] = "*"
        return self._shaped.get(tuple(parts)), values


def _shape(template: str) -> tuple[str, ...]:
    return tuple("*" if part.startswith("{") else part for part in template.split("/"))
