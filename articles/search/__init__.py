"""Searching the paper: words → an index in the database → the articles that answer, best first.

Words are folded and stemmed here, once for both databases, so that they agree on what matches: *Māori* is *maori*, and
*ports* finds *port*. The index holds what is published or scheduled, and changes in the same transaction.
"""
