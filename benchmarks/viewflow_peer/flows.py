"""The chain of twelve tasks, each with the view Viewflow brings for a task without questions."""

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow import views
from viewflow.workflow.models import Process

STEPS = 12
USER, PASSWORD = "bench", "correct horse battery"


def _step(number):
    following = this.end if number == STEPS - 1 else getattr(this, f"step{number + 1}")
    return flow.View(views.UpdateProcessView.as_view(fields=[])).Assign(username=USER).Next(following)


ChainFlow = type(
    "ChainFlow",
    (flow.Flow,),
    {
        "__module__": __name__,
        "process_class": Process,
        "start": flow.Start(views.CreateProcessView.as_view(fields=[])).Next(this.step0),
        **{f"step{number}": _step(number) for number in range(STEPS)},
        "end": flow.End(),
    },
)
