"""The console pane: client sessions in tabs, to talk to the listeners or to anything else."""
