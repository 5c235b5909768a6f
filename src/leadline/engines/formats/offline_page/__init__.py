"""A bundle for any agency: items, guidelines, labels, price, and a page that works offline."""

from leadline.engines.formats.offline_page.format import OfflinePage

__all__ = ["OfflinePage"]
