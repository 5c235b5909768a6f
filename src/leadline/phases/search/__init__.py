"""find / search: which candidates are worth carrying on with when the time box closes?"""

from __future__ import annotations

from leadline.phases.search.search import Advice, Search, assess
from leadline.phases.search.search_evidence import Evidence
from leadline.phases.search.trial import Closed

__all__ = ["Advice", "Closed", "Evidence", "Search", "assess"]
