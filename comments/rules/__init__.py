"""The rules that look at every new reply; each is a function in `checks`, with its settings in a `Rule` row."""
