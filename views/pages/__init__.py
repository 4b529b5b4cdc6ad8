"""Pages that are no register: desk, homes, key board, queue, reports, search, mentions, imports, bulk runs."""
