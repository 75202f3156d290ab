"""The knowledge room: articles are read from a folder, indexed, and found again by a customer's own words."""
