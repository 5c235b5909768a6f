"""Records of a release in service: blocks it was observed on, and acts on its alarms."""
