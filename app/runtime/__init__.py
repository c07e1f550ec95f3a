"""The process that runs Portdeck: log, output, resource files, one window for each profile."""
