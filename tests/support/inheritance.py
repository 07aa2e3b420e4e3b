"""What the tests would inherit from whoever starts them, made the same for all; conftest imports this before the rest.

A test that is about such a variable or signal sets it itself.
"""

import locale
import os
import signal
import sys
from contextlib import suppress

from threadpoolctl import threadpool_limits

LEFT_OUT = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"),  # of a hook: Git would look nowhere else
    *("MAKEFLAGS", "MAKELEVEL", "MFLAGS"),  # of make test: what a make that is tested does, and says
    *("REPORT_BUILD_STARTED", "SUMMARY_FOLLOWS"),  # of a build: what it tells its jobs
    "SNAKEMAKE_PROFILE",  # other options of every build
    "CC",  # another compiler of the compiled engine
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),  # a proxy does not reach the servers of the tests
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"),  # how wide and colourful programs print
    *("PYTHONWARNINGS", "PYTHONSAFEPATH"),  # Python would end with a warning, or not find a module beside the script
    "MPLBACKEND",  # of a notebook: Matplotlib does not start where there is no such backend
)
SET = {
    "LC_ALL": "C.UTF-8",  # in which programs print and the tests read
    "OPENBLAS_NUM_THREADS": "1",  # small products on several threads are slow, and the tests run on every core already
}


if sys.flags.optimize:
    sys.exit("PYTHONOPTIMIZE: expected it unset, found Python without assertions. Hint: env -u PYTHONOPTIMIZE ...")
for variable in LEFT_OUT:
    os.environ.pop(variable, None)
os.environ |= SET
threadpool_limits(1)  # NumPy may be there already, brought by a plugin
with suppress(locale.Error):  # there may be no such locale
    locale.setlocale(locale.LC_CTYPE, "")


def heed_signals() -> None:
    """Have children heed what this process ignores, as SIGINT where a shell started it in the background.

    What is ignored would be ignored by every child, but what is handled would not. SIGHUP stays as it is: nohup means
    all of the tests.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
