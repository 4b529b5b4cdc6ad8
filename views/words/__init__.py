"""What a person reads: language, labels, cells, references, the timeline."""
