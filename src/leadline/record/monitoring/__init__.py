"""A release in service on the record: blocks that were observed, what people did about alarms."""
