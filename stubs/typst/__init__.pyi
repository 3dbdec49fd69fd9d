from collections.abc import Mapping, Sequence

def compile(
    input: bytes,
    *,
    font_paths: Sequence[str] = ...,
    ignore_system_fonts: bool = ...,
    sys_inputs: Mapping[str, str] = ...,
) -> bytes: ...
