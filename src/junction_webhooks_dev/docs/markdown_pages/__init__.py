"""The pages of the site as Markdown, for language models and for readers of plain text."""
