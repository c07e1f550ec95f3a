"""What Portdeck shows outside of its window: the tray icon and notifications."""
