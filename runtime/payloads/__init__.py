"""Payloads as Temporal keeps them: encrypted with the keys of a ring, so that its operators and its backups read nothing."""
