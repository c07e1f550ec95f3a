"""What a file format has to do: bytes before the chunks, bytes for each, and nothing else."""

from __future__ import annotations

from typing import Protocol

from app.traffic.chunk_log import Chunk
from app.traffic.endings import Ending
from app.traffic.party import Party


class Form(Protocol):
    """Writes one file. Chunks and endings come in ascending order, each once."""

    def head(self) -> bytes:
        """What the file begins with."""

    def body(self, chunk: Chunk, party: Party | None) -> bytes:
        """What `chunk` adds; `party` is what is known of its connection."""

    def end(self, ending: Ending) -> bytes:
        """What the end of a connection adds, which comes after its last chunk."""
