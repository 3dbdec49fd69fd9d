"""The flow's own pages, and three views for whoever measures; none of the three is timed."""

from django.contrib.auth import authenticate, login
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from viewflow.urls import Site
from viewflow.workflow.flow import FlowViewset
from viewflow.workflow.models import Task
from viewflow_peer.flows import PASSWORD, USER, ChainFlow


def ready(_request):
    return HttpResponse("ready")


def sign_in(request):
    """Sign in and hand out the token that every later POST must carry."""
    login(request, authenticate(request, username=USER, password=PASSWORD))
    return JsonResponse({"csrf": get_token(request)})


def waiting(_request):
    """Return where the newest open task is answered, None when there is none."""
    task = Task.objects.filter(status="ASSIGNED").order_by("-id").first()
    return JsonResponse({"task": task and task.reverse("execute")})


site = Site(title="Measured", viewsets=[FlowViewset(ChainFlow, app_name="flow", title="Chain")])
urlpatterns = [
    path("readyz", ready),
    path("sign-in", sign_in),
    path("waiting", waiting),
    path("", site.urls),
]
