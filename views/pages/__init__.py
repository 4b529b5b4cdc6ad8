"""Pages that are no register: desk, homes, key board, queue, reports, search, messages, imports, bulk runs."""
