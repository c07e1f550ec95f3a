"""Safe files: written atomically, locked against other processes, opened without waiting."""
