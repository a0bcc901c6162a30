"""The record of every step, and the proof that nobody changed it."""
