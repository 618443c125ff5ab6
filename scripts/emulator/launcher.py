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

# Its Lambda Runtime API answers in two writes. With Nagle's algorithm the second
# one waits for a delayed acknowledgement: 40 ms on every invocation.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True


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
