"""A corpus: which of its files are documents, and what lies beside them."""
