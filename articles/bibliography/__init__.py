"""Sources as other programs know them: CSL-JSON, BibTeX, RIS, and lists that people wrote. Knows nothing of Django."""
