"""Front Desk in the benchmark of its peers."""
