"""Who may reach a service: bearer tokens with scopes, kept hashed in the service's own database.

`tokens` keeps and judges them, `guard` stands before the routes of an application, `commands` manages them from the
service's machine. Each service says in its `scopes.py` which scopes there are and which one each of its routes asks for.
"""
