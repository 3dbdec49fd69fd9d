"""What is likely to come: cases walked on in memory, through the actual drawings, by what the record says.

`record` learns durations and answers, `walking` is one case in memory (`ports`: what its handlers reach),
`playing` lets people answer in virtual time, `forecasts` asks that many times for a case under way.
"""
