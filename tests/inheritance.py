"""What the tests would inherit from whoever starts them, made the same for all."""

import signal


def heed_signals() -> None:
    """Have children heed what this process ignores, as SIGINT where a shell started it in the background.

    What is ignored would be ignored by every child, but what is handled would not. SIGHUP stays as it is: nohup means
    all of the tests.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
