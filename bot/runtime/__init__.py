"""The moving parts of the line: intake, desk, dispatcher, clock, supervisors."""
