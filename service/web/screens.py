"""All screens, put together: one blueprint per group of pages, and what their templates share."""

from __future__ import annotations

from flask import Flask, current_app, g, request

from service.runtime.identity import rights
from service.runtime.tasks import user_tasks
from service.web import (
    account,
    assets,
    boards,
    brand,
    cases,
    company,
    figure_words,
    figures,
    findings,
    formatting,
    guarantees,
    holders,
    i18n,
    instances,
    labels,
    login,
    mending,
    notifications,
    people,
    processes,
    releases,
    saved_views,
    sheets,
    staff,
    start,
    tasks,
    waivers,
)

BLUEPRINTS = (
    brand,
    login,
    tasks,
    start,
    cases,
    figures,
    sheets,
    notifications,
    boards,
    instances,
    processes,
    guarantees,
    releases,
    mending,
    waivers,
    company,
    staff,
    saved_views,
    account,
    people,
)


def install(app: Flask) -> None:
    """Register the pages, the languages, the filters and the assets on `app`."""
    i18n.install(app)
    assets.install(app)
    formatting.install(app)
    holders.install(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    app.context_processor(_page_context)
    app.add_template_filter(people.shown_name, "person")
    app.add_template_filter(findings.headline)
    app.add_template_filter(figure_words.measured)
    app.add_template_filter(figure_words.as_metric)
    app.add_template_filter(labels.told, "said")
    app.add_template_filter(labels.promised)
    app.add_template_filter(notifications.kind_word)
    app.add_template_filter(notifications.channel_word)
    app.add_template_filter(notifications.kind_tone)


def _page_context() -> dict[str, object]:
    """What every page's frame needs: who is asking, where they may go, how many tasks wait."""
    actor = g.get("actor")
    return {
        "actor": actor,
        "may": (lambda action: actor is not None and rights.may(actor, action)),
        "here": request.full_path.rstrip("?"),
        "open_task_count": _open_task_count,
        "missing_count": company.missing_count,
        "ill_count": mending.ill_count,
        "asked_of_me": waivers.asked_of_me,
        "saved_views_of": saved_views.shelf,
        "view_address": saved_views.address,
        "has_boards": actor is not None and boards.is_offered(actor),
        "unread_count": notifications.unread_count,
    }


def _open_task_count() -> int:
    return user_tasks.count(current_app.extensions["countersign"], g.actor)
