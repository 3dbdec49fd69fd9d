from collections.abc import Iterator
from typing import Any

class Worksheet:
    title: str
    sheet_state: str
    def reset_dimensions(self) -> None: ...
    def iter_rows(
        self,
        min_row: int | None = ...,
        max_row: int | None = ...,
        min_col: int | None = ...,
        max_col: int | None = ...,
        values_only: bool = ...,
    ) -> Iterator[tuple[Any, ...]]: ...
    def append(self, row: Any) -> None: ...
