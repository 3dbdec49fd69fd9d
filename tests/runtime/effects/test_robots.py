"""Robots and the webhook, against a receiver that misbehaves: what passes, what is for good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from service.errors import InvalidSetting, Undeliverable
from service.runtime.effects import channels, health, posting
from service.runtime.effects.channel import Message, Paused
from service.runtime.effects.posting import NotAnswered
from service.settings import Settings
from tests.runtime.effects import robot as robots

SECRET = "SEC-of-the-robot-0001"
WELL = {"dingtalk": {"errcode": 0}, "wecom": {"errcode": 0}, "feishu": {"code": 0}, "webhook": {}}
ROBOTS = ("dingtalk", "feishu", "wecom")
CODE = {"dingtalk": "errcode", "feishu": "code", "wecom": "errcode"}
REFUSED = {"dingtalk": 310000, "feishu": 19021, "wecom": 93000}
PAUSED = {"dingtalk": 130101, "feishu": 11232, "wecom": 45009}


@pytest.fixture
def robot(request, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", robots.SLOW_SECONDS / 3)
    with robots.running(WELL[request.param]) as found:
        found.name = request.param
        yield found


@pytest.fixture
def tell(app, robot, clock):
    """Tell 周衡 something by the channel of the robot."""
    urls = {f"{robot.name}_url": robot.url, "channel_hosts": (urlsplit(robot.url).netloc,)}
    urls |= {f"{robot.name}_secret": SECRET} if robot.name != "wecom" else {}
    app.settings = replace(app.settings, **urls)
    message = Message(
        *(
            "e-1",
            "task",
            "请办理：法务会签",
            "请在今天办理。",
            "林悦“双十一”：请办理：法务会签",
            "https://a.example/tasks/7",
        ),
        *("i-1", "7", "办理人", None, clock()),
        address="13800000000",
    )

    class Person:
        name, display_name = "zhouheng", "周衡"

    return lambda: channels.channels()[robot.name].tell(app, Person(), message)


every_robot = pytest.mark.parametrize("robot", ROBOTS, indirect=True)
every_receiver = pytest.mark.parametrize("robot", [*ROBOTS, "webhook"], indirect=True)


@every_robot
def test_a_robot_posts_the_line_and_the_way_and_names_the_person(robot, tell):
    tell()

    [(path, _, body)] = robot.sent
    said = json.dumps(json.loads(body), ensure_ascii=False)
    assert path.startswith("/robot/send?access_token=a-secret")
    assert "请办理：法务会签" in said
    assert "https://a.example/tasks/7" in said
    assert "13800000000" in said


@every_robot
def test_an_error_within_a_200_is_for_good_or_passes(robot, tell):
    code = CODE[robot.name]
    robot.answers += [
        (200, {code: REFUSED[robot.name]}),
        (200, {code: PAUSED[robot.name]}),
        (200, {code: -1}),
    ]

    with pytest.raises(Undeliverable):
        tell()
    with pytest.raises(Paused):
        tell()
    with pytest.raises(NotAnswered):
        tell()


@every_robot
def test_what_is_no_answer_of_a_robot_counts_for_nothing(robot, tell):
    robot.answers += [(200, b"<html>sign in to the guest network</html>"), (200, []), (200, {"ok": True})]

    for _ in range(3):
        with pytest.raises(NotAnswered):
            tell()


@every_receiver
def test_a_receiver_that_fails_hangs_up_or_is_slow_is_tried_again_and_its_secret_is_not_told(robot, tell):
    robot.answers += [(500, {}), "reset", "slow"]

    for _ in range(3):
        with pytest.raises(NotAnswered) as caught:
            tell()
        assert "a-secret" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("robot", ["webhook"], indirect=True)
def test_a_receiver_that_refuses_or_leads_elsewhere_is_not_tried_again(robot, tell):
    robot.answers += [(404, {}), (302, {}), (429, {})]

    with pytest.raises(Undeliverable):
        tell()
    with pytest.raises(Undeliverable):
        tell()
    with pytest.raises(Paused):
        tell()


@pytest.mark.parametrize("robot", ["dingtalk"], indirect=True)
def test_dingtalk_is_signed_in_the_address(robot, tell, clock):
    tell()

    query = parse_qs(urlsplit(robot.sent[0][0]).query)
    milliseconds = str(int(clock().timestamp() * 1000))
    digest = hmac.new(SECRET.encode(), f"{milliseconds}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query["timestamp"] == [milliseconds]
    assert query["sign"] == [base64.b64encode(digest).decode()]


@pytest.mark.parametrize("robot", ["feishu"], indirect=True)
def test_feishu_is_signed_in_the_body(robot, tell, clock):
    tell()

    body = json.loads(robot.sent[0][2])
    seconds = str(int(clock().timestamp()))
    digest = hmac.new(f"{seconds}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert (body["timestamp"], body["sign"]) == (seconds, base64.b64encode(digest).decode())


@pytest.mark.parametrize("robot", ["webhook"], indirect=True)
def test_a_webhook_is_signed_over_time_and_body_and_names_its_id(robot, tell, clock):
    tell()

    [(_, headers, body)] = robot.sent
    seconds, said = (each.split("=", 1)[1] for each in headers["Countersign-Signature"].split(","))
    assert int(seconds) == int(clock().timestamp())
    assert said == hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Countersign-Id"] == json.loads(body)["id"] == "e-1"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DINGTALK_URL", "http://oapi.dingtalk.com/robot/send?access_token=hidden"),
        ("DINGTALK_URL", "https://oapi.dingtalk.com.evil.example/robot?access_token=hidden"),
        ("FEISHU_URL", "https://169.254.169.254/latest?token=hidden"),
        ("WECOM_URL", "https://hidden@qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("WEBHOOK_URL", "file:///etc/hidden"),
        ("WEBHOOK_URL", "https://a.example:hidden/"),
        ("WEBHOOK_URL", "https://a.example/通知?token=hidden"),
        ("WEBHOOK_URL", "https://a.example/ HTTP/1.1?token=hidden"),
    ],
)
def test_an_address_elsewhere_stops_the_start_and_is_not_repeated(tmp_path, name, address):
    env = {"COUNTERSIGN_DATA": str(tmp_path), f"COUNTERSIGN_{name}": address}

    with pytest.raises(InvalidSetting) as caught:
        Settings.from_env(env)

    assert name in caught.value.message
    assert "hidden" not in caught.value.message


def test_a_host_of_ones_own_is_allowed_by_name(tmp_path):
    env = {
        "COUNTERSIGN_DATA": str(tmp_path),
        "COUNTERSIGN_WECOM_URL": "http://relay.internal:8080/send",
        "COUNTERSIGN_CHANNEL_HOSTS": "relay.internal:8080",
    }

    assert Settings.from_env(env).wecom_url == "http://relay.internal:8080/send"
    assert "relay" not in repr(Settings.from_env(env))


@every_receiver
def test_a_name_that_leads_into_the_private_network_is_posted_to_only_where_it_is_named(app, robot, tell):
    app.settings = replace(app.settings, channel_hosts=("elsewhere.example",))

    with pytest.raises(Undeliverable):
        tell()

    assert robot.sent == []


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        *(
            (each, True)
            for each in ("203.107.1.1", "2400:3200::1", "::ffff:203.107.1.1", "64:ff9b::cb6b:101")
        ),
        *((each, False) for each in ("127.0.0.1", "10.0.0.7", "169.254.169.254", "100.64.0.1", "0.0.0.0")),
        *((each, False) for each in ("::1", "::", "fe80::1%eth0", "fd00::7", "::ffff:10.0.0.7", "ff02::1")),
        *((each, False) for each in ("64:ff9b::a00:7", "2002:a00:7::1", "224.0.0.1")),
    ],
)
def test_an_address_is_judged_by_where_it_leads_also_where_ipv6_wraps_it(address, is_public):
    assert posting.is_public(address) is is_public


def test_addresses_that_hold_passwords_do_not_show_in_the_settings(tmp_path):
    env = {
        "COUNTERSIGN_DATA": str(tmp_path),
        "COUNTERSIGN_DATABASE_URL": "postgresql://approval:hidden@db/approval",
        "COUNTERSIGN_QUEUE_URL": "redis://:hidden@cache/0",
    }

    assert "hidden" not in repr(Settings.from_env(env))


def test_a_channel_tells_no_more_in_a_minute_than_it_may(any_app, clock):
    any_app.clock = clock
    channel = replace(channels.channels()["wecom"], per_minute=2)
    for _ in range(2):
        health.take_turn(any_app, channel)
    with pytest.raises(Paused) as caught:
        health.take_turn(any_app, channel)
    clock.forward(seconds=caught.value.seconds)

    health.take_turn(any_app, channel)

    assert timedelta(0) < timedelta(seconds=caught.value.seconds) <= timedelta(minutes=1)
