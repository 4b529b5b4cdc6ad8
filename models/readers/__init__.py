"""Programs of their own, started and never imported: each folder is one, and knows nothing of what stands beside."""
