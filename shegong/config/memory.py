"""What a process that answers requests does with its memory."""

import gc


def keep_what_is_loaded() -> None:
    """What is loaded by now stays: the collector needn't look through it again in the middle of a request, nor touch
    pages that forked workers share.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
