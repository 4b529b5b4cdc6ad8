"""Fields, look-ups, filters and how they are drawn."""
