"""The cellar: what the product is about, in plain values. Standard library only; no clock, no I/O, no logging."""
