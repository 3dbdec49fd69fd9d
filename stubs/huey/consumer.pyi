from typing import Literal

from huey import Huey

class Consumer:
    def __init__(
        self,
        huey: Huey,
        workers: int = 1,
        *,
        initial_delay: float = 0.1,
        max_delay: float = 10.0,
        worker_type: Literal["thread", "greenlet", "process"] = "thread",
        graceful_signal: Literal["INT", "TERM"] = "INT",
    ) -> None: ...
    def start(self) -> None: ...
    def stop(self, graceful: bool = False) -> None: ...
    def run(self) -> None: ...
    def _set_signal_handlers(self) -> None: ...
