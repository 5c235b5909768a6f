"""Briefing: all that a decision on a stage needs, from the record in milliseconds."""

from leadline.services.briefing.brief import Brief, brief, briefs

__all__ = ["Brief", "brief", "briefs"]
