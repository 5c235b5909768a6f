"""A release in service, on the record: its moves into service and back, messages to people."""

from leadline.record.service.outbox import Message, Outbox
from leadline.record.service.promotions import Promotion, Promotions
from leadline.record.service.service_tables import MessageState

__all__ = ["Message", "MessageState", "Outbox", "Promotion", "Promotions"]
