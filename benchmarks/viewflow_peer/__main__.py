"""Serve the flow under waitress, with as many threads as the others have."""

import os
import sys

import django

os.environ["PEER_DATABASE"], port = sys.argv[1], int(sys.argv[2])
os.environ["DJANGO_SETTINGS_MODULE"] = "viewflow_peer.settings"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from viewflow_peer.flows import PASSWORD, USER  # noqa: E402
from waitress import serve  # noqa: E402

call_command("migrate", verbosity=0)
if not get_user_model().objects.exists():
    get_user_model().objects.create_superuser(USER, password=PASSWORD)
serve(get_wsgi_application(), host="127.0.0.1", port=port, threads=8, ident=None)
