"""Agents: the server by which a coding agent works on a project, within what people let it.

It speaks the Model Context Protocol, and needs the extra ``leadline[mcp]``.
"""
