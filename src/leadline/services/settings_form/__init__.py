"""Settings form: what managers own in `leadline.toml`, changed on a page."""
