"""Pure decisions: facts in, a decision out; a tie is decided, never random."""
