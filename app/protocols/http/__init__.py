"""HTTP/1.1 on twisted.web: a folder as a static site, an inspector of requests, or a fixed answer.

`options` has what one may choose, `server` the factory, `channel` the bounds on what a client may
send, and `folder` the files.
"""

from __future__ import annotations

from twisted.internet.interfaces import IProtocolFactory

from app.protocols.definition import ListenerContext, ProtocolDefinition, ScriptSource
from app.protocols.http.options import HttpOptions

SCRIPT = ScriptSource(
    "Web",
    '''
class Inspector(Resource):
    """Answers any request with what it got, or with one text."""

    isLeaf = True

    def render(self, request):
        if DELAY_MS:
            call = reactor.callLater(DELAY_MS / 1000, self.answer, request)
            request.notifyFinish().addErrback(lambda reason: call.active() and call.cancel())
        else:
            self.answer(request)
        return NOT_DONE_YET

    def answer(self, request):
        request.setResponseCode(STATUS)
        body = BODY.encode() if MODE == "fixed" else self.describe(request)
        kind = "text/plain; charset=utf-8" if MODE == "fixed" else "application/json"
        request.setHeader("Content-Type", kind)
        for line in HEADERS.splitlines():
            name, _, value = line.partition(":")
            if value:
                request.setHeader(name.strip(), value.strip())
        if STATUS not in (204, 304):
            request.setHeader("Content-Length", str(len(body)))
        request.write(body)
        request.finish()

    def describe(self, request):
        headers = request.requestHeaders.getAllRawHeaders()
        got = {
            "method": request.method.decode(),
            "target": request.uri.decode("latin-1"),
            "headers": [
                [name.decode("latin-1"), value.decode("latin-1")]
                for name, values in headers
                for value in values
            ],
            "body": request.content.read().decode("utf-8", "backslashreplace"),
        }
        return json.dumps(got, indent=2).encode() + b"\\n"


class Web(HTTPChannel):
    """One connection of a browser."""

    requestFactory = Request
    timeOut = 60

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.site = self.factory.site
        HTTPChannel.connectionMade(self)

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
        HTTPChannel.connectionLost(self, reason)
''',
    imports=(
        "import json",
        "import os",
        "from twisted.internet import reactor",
        "from twisted.web.http import HTTPChannel",
        "from twisted.web.resource import Resource",
        "from twisted.web.server import NOT_DONE_YET, Request, Site",
        "from twisted.web.static import File",
    ),
    shared="""
def __init__(self):
    resource = Inspector()
    if MODE == "folder":
        resource = File(os.path.expanduser(FOLDER))
    self.site = Site(resource)

def log(self, request):
    print(request.method.decode(), request.uri.decode("latin-1"), request.code, flush=True)
""",
)


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
