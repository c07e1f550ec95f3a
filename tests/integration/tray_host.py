"""The tray of a desktop: `python -m tests.integration.tray_host`, on the session bus.

It is the `StatusNotifierWatcher` that programs register their icons with. Prints an empty line when
it is there, and then the bus name of each icon.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection

NAME = "org.kde.StatusNotifierWatcher"
PATH = "/StatusNotifierWatcher"


@ClassInfo({"D-Bus Interface": NAME})  # type: ignore[call-arg] # PySide's type is wrong
class Watcher(QObject):  # type: ignore[operator]
    """Tells programs that somebody shows their icons."""

    @Slot(str)
    def RegisterStatusNotifierItem(self, service: str) -> None:
        """An icon appeared."""
        print(service, flush=True)  # noqa: T201 - the test reads it

    @Property(bool)
    def IsStatusNotifierHostRegistered(self) -> bool:
        """Whether icons are shown."""
        return True


def main() -> int:
    app = QCoreApplication(sys.argv[:1])
    bus, watcher = QDBusConnection.sessionBus(), Watcher()
    exported = QDBusConnection.RegisterOption.ExportAllContents
    if not bus.registerObject(PATH, watcher, exported) or not bus.registerService(NAME):
        sys.exit("There is no session bus, or another tray on it.")
    print(flush=True)  # noqa: T201
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
