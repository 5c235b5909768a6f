"""Commenting: what people said, on what, and whom they named."""
