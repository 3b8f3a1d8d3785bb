"""Asks the daemon from inside of a container by many connections at once, of which half are never read.

Says "flooding" when all are open and have asked, and "refused" once when a call was refused because too many wait. Asks on until
somebody ends it.
"""

import selectors
import socket
import struct

PATH = "/run/ctr-enc/nested/ctr-enc.sock"
CONNECTIONS = 600
CALLS = 8
REFUSAL = b"As many calls of this container are under way as may"

DATA, HEADERS, RESET, SETTINGS = 0, 1, 3, 4
HEAD = 9
END_STREAM, END_HEADERS = 1, 4
INITIAL_WINDOW = 4


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def header(name, value):
    """A literal of HPACK that is not to be indexed."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def call(stream, method):
    headers = b"".join(
        header(name, value)
        for name, value in [
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", b"/ctrenc.v1.Nested/" + method),
            (b":authority", b"daemon"),
            (b"te", b"trailers"),
            (b"content-type", b"application/grpc"),
        ]
    )
    empty = b"\0" * 5
    return frame(HEADERS, END_HEADERS, stream, headers) + frame(DATA, END_STREAM, stream, empty)


class Connection:
    """Has as many calls under way as may be. One that is not read leaves no room for their answers either."""

    def __init__(self, is_read):
        self.is_read = is_read
        self.stream = 1
        self.under_way = 0
        self.said = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(PATH)
        self.socket.setblocking(False)
        window = b"" if is_read else struct.pack(">HI", INITIAL_WINDOW, 0)
        self.left = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, window)

    def ask(self):
        while self.under_way < CALLS:
            self.left += call(self.stream, b"List")
            self.stream += 2
            self.under_way += 1
        try:
            self.left = self.left[self.socket.send(self.left) :]
        except BlockingIOError:
            pass

    def answer(self):
        """What it is told; empty if it was closed."""
        try:
            told = self.socket.recv(65536)
        except BlockingIOError:
            return b"nothing yet"
        self.said += told
        while len(self.said) >= HEAD:
            length, kind, flags = struct.unpack(">IBB", b"\0" + self.said[:5])
            if len(self.said) < HEAD + length:
                break
            if kind == RESET or (kind == HEADERS and flags & END_STREAM):
                self.under_way -= 1
            self.said = self.said[HEAD + length :]
        return told


class Flood:
    def __init__(self):
        self.is_refused = False
        self.selector = selectors.DefaultSelector()
        for number in range(CONNECTIONS):
            connection = Connection(number % 2 == 0)
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self.selector.register(connection.socket, both, connection)

    def round(self):
        for key, _ in self.selector.select(1):
            try:
                key.data.ask()
                gone = key.data.is_read and self.has_ended(key.data.answer())
            except (BrokenPipeError, ConnectionResetError):
                gone = True
            if gone:
                self.selector.unregister(key.fileobj)
                key.fileobj.close()

    def has_ended(self, answer):
        if REFUSAL in answer and not self.is_refused:
            self.is_refused = True
            print("refused", flush=True)
        return not answer


flood = Flood()
for _ in range(20):
    flood.round()
print("flooding", flush=True)
while True:
    flood.round()
