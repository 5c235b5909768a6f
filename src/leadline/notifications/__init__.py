"""Notifications: what needs a person is told, by webhook, mail or a command, and never twice."""

from leadline.notifications.event import Event
from leadline.notifications.sending import deliver, put, tell

__all__ = ["Event", "deliver", "put", "tell"]
