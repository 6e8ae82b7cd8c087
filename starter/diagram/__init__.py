"""The way of a project as a picture: `course` puts it into words, `mermaid` and `svg` draw it."""
