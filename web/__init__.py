"""What is reached over HTTP: health, metrics and the platforms' webhooks."""
