"""What bytes are (JSON, XML, HTTP, text, binary), and how they are laid out as lines that fold."""
