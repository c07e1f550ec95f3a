"""HTTP/1.1 on twisted.web: a folder as a static site, an inspector of requests, or a fixed answer.

`options` has what one may choose, `server` the factory, `channel` the bounds on what a client may
send, `folder` the files, `inspection` the JSON of a request, and `script_source` the script.
"""

from __future__ import annotations

from twisted.internet.interfaces import IProtocolFactory

from app.protocols.definition import ListenerContext, ProtocolDefinition
from app.protocols.http.options import HttpOptions
from app.protocols.http.script_source import SCRIPT


def _build(options: HttpOptions, context: ListenerContext) -> IProtocolFactory:
    # Imported late: what it needs is slow to import, and few listeners speak it.
    from app.protocols.http.server import HttpFactory

    return HttpFactory(options, context)


DEFINITION = ProtocolDefinition(
    name="http",
    title="HTTP",
    summary="Answers requests: with what it got as JSON, a fixed body, or a folder's files.",
    port=8080,
    options=HttpOptions,
    build=_build,
    script=SCRIPT,
)
