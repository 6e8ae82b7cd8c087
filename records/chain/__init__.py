"""The chain of each project's entries: how it is made, how its heads are anchored, and how either is verified."""
