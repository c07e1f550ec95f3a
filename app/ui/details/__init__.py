"""The panel at the right: facts and a live plot of what is chosen, and tiles of all listeners."""
