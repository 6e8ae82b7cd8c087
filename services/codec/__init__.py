"""The codec server: shows clear text to those who may see it, in the Temporal UI and the Temporal command line."""
