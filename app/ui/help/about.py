"""*About*, with the versions to copy, and the licences of Portdeck and of what it is made of."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import PySide6
from attrs import frozen
from PySide6.QtCore import QCoreApplication, Qt, QUrl, Signal, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app import __version__
from app.ui.style.theme import MonoFont, WindowSheet
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.labels import WrappingLabel

NAME = "portdeck"
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)


def versions(profile: Path) -> str:
    """What a report of a mistake should say: the versions, the platform and the profile."""
    lines = [
        f"Portdeck {__version__}",
        f"Python {platform.python_version()}",
        f"Qt {qVersion()}, PySide {PySide6.__version__}",
        f"Twisted {_version('twisted')}, cryptography {_version('cryptography')}",
        f"{platform.platform()}, {QGuiApplication.platformName()}",
        f"Profile: {profile}",
    ]
    return "\n".join(lines)


class AboutDialog(QDialog):
    """The name, the version, the licence and the way to more."""

    licences_wanted = Signal()

    def __init__(self, profile: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Portdeck"))
        self._versions = versions(profile)
        icon = QLabel()
        icon.setPixmap(parent.windowIcon().pixmap(64))
        title = QLabel(f"Portdeck {__version__}")
        title.setObjectName("aboutTitle")
        words = WrappingLabel()
        words.setText(
            self.tr(
                "The control panel for the servers on your own machine. Built on Twisted and Qt. "
                "Free software under the MIT licence."
            )
        )
        self.details = WrappingLabel()
        self.details.setText(self._versions.partition("\n")[2])  # the title has the first one
        self.details.setObjectName("quiet")
        self.details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.details.setAccessibleName(self.tr("Versions"))
        text = QVBoxLayout()
        for part in (title, words, self.details):
            text.addWidget(part)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(text, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addStretch(1)
        layout.addWidget(self._buttons())
        self.resize(500, 260)

    def _links(self) -> Iterator[QPushButton]:
        self.licences = QPushButton(self.tr("Licences"))
        self.licences.clicked.connect(self.licences_wanted)
        yield self.licences
        for words, address in (
            (self.tr("Website"), home_page()),
            ("twisted.org", "https://twisted.org"),
        ):
            if address:
                button = QPushButton(words)
                button.setAccessibleDescription(address)
                button.clicked.connect(
                    lambda _=False, address=address: QDesktopServices.openUrl(QUrl(address))
                )
                yield button

    def _buttons(self) -> QDialogButtonBox:
        buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        self.copy_button = QPushButton(self.tr("Copy versions"))
        self.copy_button.clicked.connect(self._copy)
        for button in (*self._links(), self.copy_button):
            button.setAutoDefault(False)
            is_link = button is not self.copy_button
            roles = QDialogButtonBox.ButtonRole
            buttons.addButton(button, roles.ResetRole if is_link else roles.ActionRole)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        return buttons

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._versions)
        self.copy_button.setText(self.tr("Copied"))


@frozen
class Licence:
    """The licence of an installed package."""

    package: str
    version: str
    name: str
    """Such as "MIT"; empty if the package does not say."""
    text: str
    """The licence itself; empty if the package does not contain it."""


def licences() -> list[Licence]:
    """Those of Portdeck and of the packages that it needs, by name, Portdeck first."""
    found: dict[str, Licence] = {}
    waiting = [NAME]
    while waiting:
        name = _normal(waiting.pop())
        if name in found:
            continue
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # one for another platform or another Python
        found[name] = _licence(package)
        waiting += [_required(each) for each in package.requires or () if "extra ==" not in each]
    own = found.pop(NAME, None)
    others = [found[name] for name in sorted(found)]
    return others if own is None else [own, *others]


class LicencesWindow(QDialog):
    """The list of packages, and the licence of the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        WindowSheet(self)
        self.setWindowTitle(self.tr("Licences"))
        self._licences = licences()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Packages"))
        self.list.addItems([f"{each.package} {each.version}" for each in self._licences])
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Licence"))
        MonoFont(self.text)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([200, 720])
        layout = QVBoxLayout(self)
        layout.addWidget(split)
        self.resize(944, 600)  # 80 columns of the text
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        licence = self._licences[row]
        name = licence.name or self.tr("not named by the package")
        head = self.tr("{0} {1}: {2}").format(licence.package, licence.version, name)
        text = licence.text or self.tr("The package does not contain the text of its licence.")
        self.text.setPlainText(f"{head}\n\n{text}")


def home_page() -> str:
    """The address that the package names as its home, or an empty text."""
    try:
        addresses = metadata.metadata(NAME).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    found = [each.partition(",")[2].strip() for each in addresses]
    return next((each for each in found if each.startswith("https://")), "")


def _licence(package: metadata.Distribution) -> Licence:
    about = package.metadata
    name = str(about["License-Expression"] or about["License"] or "").strip()
    if not name or "\n" in name:
        classifiers = about.get_all("Classifier") or []
        of_licence = [each for each in classifiers if each.startswith("License ::")]
        name = ", ".join(each.rpartition(":: ")[2] for each in of_licence)
    files = [each for each in package.files or () if _LICENCE_FILE.search(each.name)]
    texts = [_read(Path(str(each.locate()))) for each in files if each.suffix != ".py"]
    return Licence(str(about["Name"]), package.version, name, "\n\n".join(filter(None, texts)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return QCoreApplication.translate("AboutDialog", "unknown")


def _required(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return found[0] if found else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
