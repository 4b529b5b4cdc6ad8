"""The registers as declarations, one noun a file, with the forms and pages that only they have."""
