"""Encoders of columns, dates and images, shared by the families."""
