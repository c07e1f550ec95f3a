"""Programs in the shapes of Twisted's public documentation, with the clients of Python."""

from __future__ import annotations

import poplib
import re
import smtplib
import socket
import sys
from pathlib import Path

import pytest

from tests.integration.programs import PATIENCE_SECONDS, running
from tests.integration.test_own_programs import SERVE, port_of

CRED = """
from zope.interface import implementer
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal

def portal_for(realm):
    portal = Portal(realm)
    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(b"guest", b"password")
    portal.registerChecker(checker)
    return portal
"""

POP3 = """
from io import BytesIO
from twisted.internet import protocol, reactor
from twisted.mail import pop3

@implementer(pop3.IMailbox)
class Mailbox:
    messages = [b"Subject: one\\r\\n\\r\\nFirst.\\r\\n", b"Subject: two\\r\\n\\r\\nSecond.\\r\\n"]

    def listMessages(self, index=None):
        sizes = [len(each) for each in self.messages]
        return sizes if index is None else sizes[index]

    def getMessage(self, index):
        return BytesIO(self.messages[index])

    def sync(self):
        pass

@implementer(IRealm)
class Realm:
    def requestAvatar(self, avatarId, mind, *interfaces):
        return pop3.IMailbox, Mailbox(), lambda: None

class MailFactory(protocol.ServerFactory):
    def buildProtocol(self, addr):
        made = pop3.POP3()
        made.factory, made.portal = self, portal_for(Realm())
        return made

reactor.listenTCP(0, MailFactory(), interface="127.0.0.1")
reactor.run()
"""

SMTP = """
from pathlib import Path
from twisted.application import internet, service
from twisted.internet import defer
from twisted.mail import smtp
from twisted.mail.imap4 import PLAINCredentials

@implementer(smtp.IMessage)
class Message:
    def __init__(self):
        self.lines = []

    def lineReceived(self, line):
        self.lines.append(line)

    def eomReceived(self):
        Path(__file__).with_name("delivered.eml").write_bytes(b"\\n".join(self.lines))
        return defer.succeed(None)

@implementer(smtp.IMessageDelivery)
class Delivery:
    def receivedHeader(self, helo, origin, recipients):
        return b"Received: here"

    def validateFrom(self, helo, origin):
        return origin

    def validateTo(self, user):
        if user.dest.local == b"console":
            return Message
        raise smtp.SMTPBadRcpt(user)

@implementer(IRealm)
class Realm:
    def requestAvatar(self, avatarId, mind, *interfaces):
        return smtp.IMessageDelivery, Delivery(), lambda: None

class MailFactory(smtp.SMTPFactory):
    protocol = smtp.ESMTP

    def buildProtocol(self, addr):
        made = smtp.SMTPFactory.buildProtocol(self, addr)
        made.challengers = {b"PLAIN": PLAINCredentials}
        return made

application = service.Application("mail")
mail = internet.TCPServer(0, MailFactory(portal_for(Realm())), interface="127.0.0.1")
mail.setServiceParent(application)
"""

DNS = """
from twisted.internet import defer, reactor
from twisted.names import dns, error, server

class Resolver:
    def query(self, query, timeout=None):
        name = query.name.name
        if query.type != dns.A or not name.startswith(b"workstation"):
            return defer.fail(error.DomainError())
        octet = name.split(b".")[0].removeprefix(b"workstation").decode()
        answer = dns.RRHeader(name=name, payload=dns.Record_A(address="172.0.2." + octet))
        return defer.succeed(([answer], [], []))

def main():
    factory = server.DNSServerFactory(clients=[Resolver()])
    reactor.listenUDP(0, dns.DNSDatagramProtocol(controller=factory), interface="127.0.0.1")
    reactor.listenTCP(0, factory, interface="127.0.0.1")
    reactor.run()

if __name__ == "__main__":
    raise SystemExit(main())
"""

TELNET = """
from twisted.conch.telnet import (
    AuthenticatingTelnetProtocol, ITelnetProtocol, StatefulTelnetProtocol, TelnetTransport
)
from twisted.internet import protocol, reactor

class Shell(StatefulTelnetProtocol):
    state = "Command"

    def telnet_Command(self, line):
        self.transport.write(b"you said " + line + b"\\r\\n")

@implementer(IRealm)
class Realm:
    def requestAvatar(self, avatarId, mind, *interfaces):
        return ITelnetProtocol, Shell(), lambda: None

factory = protocol.ServerFactory()
factory.protocol = lambda: TelnetTransport(AuthenticatingTelnetProtocol, portal_for(Realm()))
reactor.listenTCP(0, factory, interface="127.0.0.1")
reactor.run()
"""

SHARED_CLASSES = """
from twisted.internet import reactor
from twisted.spread import pb
import ponds

class Receiver(pb.Root):
    def remote_take(self, pond):
        return "%s of %d" % (type(pond).__name__, pond.frogs)

reactor.listenTCP(0, pb.PBServerFactory(Receiver()), interface="127.0.0.1")
reactor.run()
"""

PONDS = """
from twisted.spread import pb

class Sent(pb.Copyable):
    frogs = 7

    def getStateToCopy(self):
        return {"frogs": self.frogs}

class Received(pb.RemoteCopy):
    pass

pb.setUnjellyableForClass(Sent, Received)
"""

PB_CLIENT = """
import sys
from twisted.internet import reactor, task
from twisted.spread import pb
import ponds

async def main(reactor):
    factory = pb.PBClientFactory()
    reactor.connectTCP("127.0.0.1", int(sys.argv[1]), factory)
    root = await factory.getRootObject()
    print(await root.callRemote("take", ponds.Sent()))

task.react(main)
"""


def test_a_mailbox_is_read_over_pop3(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text(CRED + POP3, encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        mailbox = poplib.POP3("127.0.0.1", port_of(program), timeout=PATIENCE_SECONDS)
        mailbox.user("guest")
        mailbox.pass_("password")
        assert mailbox.stat()[0] == 2
        lines = [line.rstrip(b"\r") for line in mailbox.retr(2)[1]]
        assert lines == [b"Subject: two", b"", b"Second."]
        mailbox.quit()


def test_a_message_is_delivered_over_smtp_after_a_login(tmp_path: Path) -> None:
    path = tmp_path / "mail.tac"
    path.write_text(CRED + SMTP, encoding="utf-8")
    with running(*SERVE, str(path)) as program:
        port = port_of(program)
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_SECONDS) as mail:
            mail.login("guest", "password")
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                mail.sendmail("a@example.org", ["nobody@example.org"], "x")
            mail.sendmail("a@example.org", ["console@example.org"], "Subject: hi\n\n.dot\n")
    delivered = (tmp_path / "delivered.eml").read_bytes()
    assert delivered.splitlines() == [b"Received: here", b"Subject: hi", b"", b".dot"]


def test_a_name_is_resolved_over_udp_and_tcp(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text(DNS, encoding="utf-8")
    question = b"\x0cworkstation7\x07example\x03com\x00" + b"\x00\x01\x00\x01"
    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + question
    with running(*SERVE, str(path)) as program:
        datagrams, stream = port_of(program), port_of(program)
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE_SECONDS)
            client.sendto(query, ("127.0.0.1", datagrams))
            assert client.recv(512).endswith(bytes((172, 0, 2, 7)))
        with socket.create_connection(("127.0.0.1", stream), PATIENCE_SECONDS) as connection:
            connection.sendall(len(query).to_bytes(2, "big") + query)
            assert connection.recv(512).endswith(bytes((172, 0, 2, 7)))


def test_a_user_logs_in_over_telnet(tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text(CRED + TELNET, encoding="utf-8")
    with (
        running(*SERVE, str(path)) as program,
        socket.create_connection(("127.0.0.1", port_of(program)), PATIENCE_SECONDS) as client,
    ):
        seen = b""
        for wanted, answer in (
            (b"Username: ", b"guest\r\n"),
            (b"\xff\xfb\x01Password: ", b"\xff\xfd\x01password\r\n"),  # WILL ECHO, DO ECHO
            (b"\xff\xfc\x01", b"\xff\xfe\x01hello\r\n"),  # WONT ECHO, DONT ECHO
            (b"you said hello", b""),
        ):
            while wanted not in seen:
                data = client.recv(1000)
                assert data, seen
                seen += data
            client.sendall(answer)


def test_perspective_broker_knows_the_classes_that_both_sides_import(tmp_path: Path) -> None:
    (tmp_path / "ponds.py").write_text(PONDS, encoding="utf-8")
    (tmp_path / "server.py").write_text(SHARED_CLASSES, encoding="utf-8")
    (tmp_path / "client.py").write_text(PB_CLIENT, encoding="utf-8")
    with running(*SERVE, str(tmp_path / "server.py")) as program:
        client = (sys.executable, "-W", "ignore", str(tmp_path / "client.py"))
        with running(*client, str(port_of(program))) as asking:
            assert re.match("Received of 7", asking.line())
