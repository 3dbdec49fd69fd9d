"""Programs that measure. Each prints ratios from one run and writes JSON; see docs/performance.md.

Machines differ and are noisy: what is compared is measured in turns in the same run, and only ratios carry.
"""
