"""How one is told, over HTTP."""

from __future__ import annotations

from dataclasses import replace


def test_one_reads_and_changes_ones_own_settings(app, client_for):
    app.settings = replace(app.settings, smtp_url="smtp://a.example", mail_from="a@a.example")
    legal = client_for("zhouheng")

    before = legal.get("/notification-settings").json
    after = legal.patch(
        "/notification-settings",
        {
            "addresses": {"mail": "z@a.example"},
            "modes": {"mail": {"copy": "off"}},
            "quiet_from": None,
            "quiet_to": None,
        },
    ).json

    assert (before["channels"][0]["address"], before["quiet_from"], before["digest_at"]) == (
        "",
        "22:00",
        "09:00",
    )
    assert (after["channels"][0]["address"], after["channels"][0]["modes"]["copy"]) == ("z@a.example", "off")
    assert (after["quiet_from"], after["quiet_to"]) == (None, None)
    assert client_for("xunuo").get("/notification-settings").json == before


def test_what_cannot_be_is_named(app, client_for):
    app.settings = replace(app.settings, smtp_url="smtp://a.example", mail_from="a@a.example")

    answer = client_for("zhouheng").patch("/notification-settings", {"modes": {"mail": {"copy": "louder"}}})

    assert answer.status_code == 422
    assert [each["path"] for each in answer.json["errors"]] == ["modes.mail.copy"]


def test_admins_see_how_channels_fare_and_others_do_not(client_for):
    answer = client_for("admin").get("/channels").json

    names = ["dingtalk", "feishu", "mail", "webhook", "wecom"]
    assert [(each["name"], each["is_set_up"]) for each in answer["channels"]] == [
        (name, False) for name in names
    ]
    assert client_for("linyue").get("/channels").status_code == 403
