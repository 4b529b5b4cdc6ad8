"""The request: who asks, when, for which estate; what was sent before; what is asked of the database at once."""
