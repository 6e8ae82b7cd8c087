"""The figures of the whole installation, for Prometheus: what is open, late, awaited and broken, and how fast reviews go.

One process reads them, apart from the workers: of those there are several, and each would count every project again.
"""
