"""Machines that label: asked about rows, held against people, let in or not by a person."""
