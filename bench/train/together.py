"""Together: the processes of one launch find each other, anew for each fit."""

from __future__ import annotations

import os

from torch import distributed


def meet(name: str) -> None:
    """Form the group of processes that fit together, under a name that no other fit of the launch has.

    ``accelerate launch`` keeps one store of addresses for all that is run under it. Each fit runs in
    processes of its own, so the addresses that an earlier fit left there are of processes that are gone.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or distributed.is_initialized():
        return
    store, rank, size = next(distributed.rendezvous("env://"))
    distributed.init_process_group(store=distributed.PrefixStore(name, store), rank=rank, world_size=size)
