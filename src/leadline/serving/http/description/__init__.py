"""Description of a server for its clients."""
