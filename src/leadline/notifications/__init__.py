"""Notifications: what needs a person is told, by webhook, mail or a command, and never twice."""

from leadline.notifications.delivery import deliver, tell
from leadline.notifications.event import Event

__all__ = ["Event", "deliver", "tell"]
