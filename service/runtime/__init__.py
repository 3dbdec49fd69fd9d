"""Use cases, one transaction each, in one folder per aggregate.

step        one instance, under its lock, in one transaction: everything else stands on it
cases       starting, messages, the record, the dossier, attachments, who sees a case
tasks       user tasks: whose they are, their lists, their answers, and what people do with them
incidents   where a case could not go on, and trying again
effects     what reaches beyond one case: queued in a step, done after its commit
time        what happens because time passes
releases    deployments, what differs between two of them, moving running cases
campaigns   what is about marketing: figures, load, allowances, the archive
identity    accounts, sessions, tokens, substitutes, rights
keeping     audit, backup, idempotency, housekeeping
scenarios   tests without code: given answers and passing time → expected route
"""
