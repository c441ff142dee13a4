"""Runs first in every watched Python process: notes and refuses what would reach another machine.

Notes and refusals are lines of JSON in the file that QVIM_WATCH_NOTES names. An audit hook sees
what Python does whoever asks for it and cannot be taken out again; what native code does by itself
is seen by strace (see watched.py).
"""

import json
import os
import sys
from pathlib import Path

NOTES = os.open(os.environ["QVIM_WATCH_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
SENDING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}  # noted, and not refused
INTERNET = {2, 10, 23, 30}  # AF_INET; AF_INET6 on Linux, Windows and macOS
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def note(kind, text):
    os.write(NOTES, json.dumps([kind, text]).encode() + b"\n")


def refuse(kind, text):
    note(kind, text)
    raise PermissionError(f"refused by the privacy test: {kind} {text}")


def judge(kind, address):
    is_near = isinstance(address, tuple) and address[0] in LOOPBACK
    (note if is_near else refuse)(kind, repr(address))


def watch(event, arguments):
    if event in LOOK_UPS:
        judge("look-up", arguments[:1])
    elif event in SENDING and int(arguments[0].family) in INTERNET:
        judge("connection", arguments[1])
    elif event == "socket.bind" and int(arguments[0].family) in INTERNET:
        judge("listening", arguments[1])
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        if arguments[2] & WRITES:
            note("file", absolute(arguments[0]))
    elif event == "os.mkdir":
        note("file", absolute(arguments[0]))


def absolute(path):
    return str(Path(os.fsdecode(path)).absolute())


sys.addaudithook(watch)
