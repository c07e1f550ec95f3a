"""`python -m tests.gallery [--show SCHEME]`: every control in every state, light and dark.

The pages become `resources/screenshots/gallery-SCHEME.png`. They are painted without a screen;
`--show light` opens one in a window instead, to be tried out.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "screenshots"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.gallery")
    parser.add_argument("--show", choices=("light", "dark"), help="open this one in a window")
    arguments = parser.parse_args()
    if arguments.show is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"

    from PySide6.QtWidgets import QApplication

    from app.ui.style.theme import Theme
    from app.ui.style.tokens import Scheme
    from tests.gallery.page import Page

    app = QApplication(sys.argv[:1])
    theme = Theme.of(app)
    if arguments.show is not None:
        theme.use(Scheme(arguments.show))
        page = Page()
        page.show()
        sys.exit(app.exec())
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme.use(scheme)
        page = Page()
        page.show()
        app.processEvents()
        path = FOLDER / f"gallery-{scheme.value}.png"
        page.grab().save(str(path))
        page.close()
        print(f"{path.relative_to(Path.cwd())}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
