"""What the input comes to, in a few words: its bytes, a remark, or a mistake."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.eliding import ElidingLabel


class InputState(ElidingLabel):
    """One quiet line, red for a mistake."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inputState")
        self.setProperty("wrong", False)  # before it is ever styled, so that this costs nothing
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str, note: str) -> None:
        """Say `words`, and `note` after them."""
        self._show(" · ".join(filter(None, (words, note))), wrong=False)

    def show_mistake(self, sentence: str) -> None:
        """Say what is wrong."""
        self._show(sentence, wrong=True)

    def _show(self, words: str, *, wrong: bool) -> None:
        self.setText(words)
        if self.property("wrong") is not wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)
