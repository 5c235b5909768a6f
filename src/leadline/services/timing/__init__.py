"""Timing: where a project was when, what it waits for, and when it may end."""

from leadline.services.timing.project_timeline import project_timeline
from leadline.services.timing.timeline_words import timeline_sentences, timeline_tables

__all__ = ["project_timeline", "timeline_sentences", "timeline_tables"]
