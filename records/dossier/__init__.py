"""卷宗: what a dossier holds (`contents`), the file that it is (`bundle`), and how it is verified without us (`verifier`)."""
