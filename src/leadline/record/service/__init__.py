"""A release in service, on the record: its moves into service and back, messages to people."""

from leadline.record.service.promotions import Promotion, Promotions

__all__ = ["Promotion", "Promotions"]
