"""The demonstration: a script of what officers do, played through the real command, and the account of it."""
