"""The log pane: what went wrong, and what the listeners did, without a window that pops up."""
