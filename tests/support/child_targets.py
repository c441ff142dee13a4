"""Things that a spawned child does; each takes its end of the connection last."""

from __future__ import annotations

import logging
import os
from multiprocessing.connection import Connection

from qvim_studio.jobs.child.messages import Finished, Logged, Shutdown


def answer_or_die(connection: Connection) -> None:
    """Answer every call with the child's own number of the process; end with status 7 for "die",
    log for "log", and ignore a request to end after "stay"."""
    stays = False
    while True:
        call = connection.recv()
        if isinstance(call, Shutdown):
            if not stays:
                return
            continue
        if call.name == "die":
            os._exit(7)
        if call.name == "log":
            connection.send(Logged(logging.INFO, "of.the.child", "100 % logged"))
        stays |= call.name == "stay"
        connection.send(Finished(call.number, os.getpid()))
