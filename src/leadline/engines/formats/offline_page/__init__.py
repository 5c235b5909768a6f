"""Offline labelling page in a zip for any agency: items, guidelines, labels, price."""

from leadline.engines.formats.offline_page.format import OfflinePage

__all__ = ["OfflinePage"]
