"""An interrupt in the middle of a write is heard when the write is whole."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from leadline.processes.held_interrupt import interrupts_held


def test_an_interrupt_is_heard_once_the_block_has_ended() -> None:
    done = []

    def write() -> None:
        with interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("whole")
        done.append("not reached")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is before


def test_what_goes_wrong_within_is_told_and_other_threads_go_on() -> None:
    with pytest.raises(ValueError, match="within"), interrupts_held():
        raise ValueError("within")
    done = []

    def write() -> None:
        with interrupts_held():
            done.append("whole")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert done == ["whole"]
