"""Single functions of the user's code, such as `rules.py:answer`, which options of a protocol name.

All functions that are loaded together share their modules: two of one file see the same globals.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from attrs import Factory, define

from app.text.sentence import Sentence
from app.user_code.errors import LoadingFailed, SourceFiles
from app.user_code.loading import Loaded, find_object, load
from app.user_code.reference import PREFIX, LoadCallback, Reference


@define
class LoadedFunctions:
    """The functions of one load. Keep it while one of them is in use."""

    by_name: dict[str, Callable[..., object]] = Factory(dict)
    sources: list[SourceFiles] = Factory(list)
    """The files that were read, also those of a load that failed."""

    _modules: dict[str, Loaded] = Factory(dict)

    def add(self, name: str, folder: Path, loading: LoadCallback) -> None:
        """Load the function called `name`, such as `rules.py:answer`. Raises `UserCodeError`."""
        reference = Reference.parse(f"{PREFIX}{name}")
        loaded = self._modules.get(reference.source)
        if loaded is None:
            try:
                loaded = load(reference, folder, loading)
            except LoadingFailed as error:
                self.sources.append(error.sources)
                raise
            self._modules[reference.source] = loaded
            self.sources.append(loaded.sources)
        found = loaded.found
        if reference != loaded.reference:
            found = find_object(reference.name, loaded.module, loaded.sources)
        if not callable(found):
            raise LoadingFailed(
                Sentence(
                    "code-no-function",
                    "{name} is no function ({kind}). Name a function that takes a message and a "
                    "context.",
                    name=reference.name,
                    kind=type(found).__name__,
                ),
                loaded.sources,
            )
        self.by_name[name] = cast(Any, found)
