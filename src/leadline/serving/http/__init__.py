"""The server of a release: HTTP in, answers out."""
