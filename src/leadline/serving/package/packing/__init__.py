"""Packing: what is written where a release was made, for where it will run."""
