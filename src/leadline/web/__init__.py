"""Web pages: queries of the services as HTML, and forms that call their commands."""

from leadline.web.app import create_app

__all__ = ["create_app"]
