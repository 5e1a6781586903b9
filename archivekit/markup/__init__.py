"""Markup: HTML, Markdown and plain text to Blocks, whoever wrote them; and Blocks to XHTML."""
