"""The commands of `tongchou`, one module for each group. `starter/cli.py` puts them together."""
