"""Bearer tokens: who may ask a server."""
