"""Records of a release in service: blocks, labels of their rows, and acts on its alarms."""
