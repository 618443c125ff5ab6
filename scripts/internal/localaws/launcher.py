"""Runs ministack until standard input closes.

The pipe on standard input is held by the process that started this one. It
closes when that process ends, kill -9 included, on every operating system.
"""
import os
import signal
import socketserver
import sys
import threading

from ministack.app import main
from ministack.core.lambda_runtime import Worker

# Its Lambda Runtime API answers in two writes. With Nagle's algorithm the second
# one waits for a delayed acknowledgement: 40 ms on every invocation.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# After an answer it waits 50 ms for the first line that the function has written.
# Our functions write theirs before they answer, so it is there, but on a busy machine
# it is read later, and the line of the function's last request would be lost. These
# are the seconds for the first line, for one more, and at most.
Worker._drain_stderr_bounded.__defaults__ = (2.0, 0.005, 2.0)


def end_with_parent():
    sys.stdin.buffer.read()
    # Orderly, so that the state is saved.
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=end_with_parent, daemon=True).start()
try:
    main()
finally:
    # This process leads its group; what is left in it are Lambda's processes.
    sys.stdout.flush()
    os.killpg(0, signal.SIGKILL)
