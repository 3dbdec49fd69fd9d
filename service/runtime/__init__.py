"""Use cases, one transaction each, in one folder per aggregate. Each imports only what stands before it here.

step        one instance, under its lock, in one transaction: everything else stands on it
identity    accounts, sessions, tokens, substitutes, rights, who sees a case
promises    what the company promises of a case under way: acts that set it aside take a second person
tasks       user tasks: whose they are, their lists, their answers, and what people do with them
cases       starting, messages, the record, the dossier, attachments
effects     what reaches beyond one case: queued in a step, done after its commit
incidents   where a case could not go on, and trying again
releases    deployments, what differs between two of them, moving running cases
mending     cases put right by hand: variables, tokens, many at once, and what waits in the queue
time        what happens because time passes
statistics  how long instances and their activities took
campaigns   what is about marketing: figures, load, allowances, the archive. Nothing above it knows it
company     who works here: people who leave, groups, the calendar, and what is still missing
forecasting what is likely to come: cases walked on in memory through their drawings
wiring      the application put together: what takes part in every step
keeping     audit, backup, idempotency, housekeeping
scenarios   tests without code: given answers and passing time → expected route
"""
