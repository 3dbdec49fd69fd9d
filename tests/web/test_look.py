"""The colours of pages can be read, by day and after dark: WCAG 2.2 AA."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import service

STYLES = Path(service.__file__).parent / "assets" / "styles" / "base.css"
LEAST = 4.5
READ = (
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint", "brand") for ground in ("paper", "ground")),
    *((tone, f"{tone}-tint") for tone in ("good", "warn", "bad")),
    *(("bad", "paper"), ("warn", "paper"), ("good", "paper"), ("brand-dark", "paper")),
    *(("brand-dark", "tint"), ("brand-dark", "info-tint"), ("ink", "info-tint"), ("on-brand", "brand")),
    *(("quiet-ink", "quiet"), ("ink-soft", "subtle")),
)
"""What is written in which colour on which."""


def schemes() -> dict[str, dict[str, str]]:
    """Return the colours by name: those of the day, and with those laid over them the ones after dark."""
    roots = re.findall(r":root \{(.*?)\}", STYLES.read_text(encoding="utf-8"), re.DOTALL)
    day, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", root)) for root in roots)
    return {"day": day, "dark": day | dark}


def luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["day", "dark"])
def test_what_is_written_can_be_read(scheme: str) -> None:
    colours = schemes()[scheme]

    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in READ}

    assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST} == {}
