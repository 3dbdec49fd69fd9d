"""Countersign (会签): campaign approval, drawn in BPMN and run as drawn.

The map of this package. Each line may import the lines below it, never above (checked in CI):

    cli, serving        commands
    app, jobs, demo     composition root, background work, the company to try it with
    web                 screens, and the HTTP API in `web/api`
    runtime             use cases, one transaction each
    engine store handlers   process engine · tables · service-task topics (they do not import each other)
    feel domain         expressions · pure arithmetic
    settings resources beside   settings, shipped files, work in other processes
    errors wording languages    what everything else may use

Order of steps, roles, thresholds and deadlines are not here: they stand in `processes/*.bpmn` and `*.dmn`,
the questions in `forms/*.form`.
"""

__version__ = "0.1.0"
