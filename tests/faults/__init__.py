"""The fault matrix: what breaks, on which platform and database, and that nothing is lost by it."""
