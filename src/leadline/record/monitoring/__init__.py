"""What was seen of a release in service, and what people said of alarms."""
