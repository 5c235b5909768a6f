"""Routes by which visitors come in and go: token, link, login, their own account."""
