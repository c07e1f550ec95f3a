"""What the console keeps in files between starts: history, snippets and tabs."""
