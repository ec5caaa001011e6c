"""What the documentation site is built with, besides MkDocs."""
