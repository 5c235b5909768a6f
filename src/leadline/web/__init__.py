"""The page: what the services say, as HTML; and forms that ask the services to act."""

from leadline.web.app import create_app

__all__ = ["create_app"]
