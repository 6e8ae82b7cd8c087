"""Measurements of the product, each beside its reference: benchmarks/README.md. Nothing of the product imports them."""
