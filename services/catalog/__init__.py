"""目录服务: which shared capabilities and information resources exist, who runs them, and who has used them.

A process of its own with a database of its own; whoever has a catalog already replaces it by anything that answers
`POST /facts`, `POST /changes`, `GET /entry` and `POST /rates`.
"""
