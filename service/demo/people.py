"""The people of 澄野生活用品有限公司（演示）, what they may do, and what their department may spend."""

from __future__ import annotations

import ipaddress
import os
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from service.domain.budget import quarter
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.step.context import SYSTEM, Application
from service.settings import ZONE, Settings

COMPANY = "澄野生活用品有限公司（演示）"
LOCAL_PASSWORD = "countersign"  # noqa: S105 - printed at every start, and only used on this machine
ALLOWANCE, COMMITTED = Decimal(1_200_000), Decimal(640_000)
MARKETING = "市场部"


@dataclass(frozen=True)
class Person:
    """One account: login name, name and role as people say them, department, and further groups."""

    name: str
    display_name: str
    role: str
    department: str
    roles: tuple[str, ...] = ()
    heads: bool = False


PEOPLE = (
    Person("admin", "江柏", "管理员", "信息部", ("admin",), heads=True),
    Person("linyue", "林悦", "活动经理", MARKETING),
    Person("wenke", "温可", "投放", MARKETING),
    Person("qiaoyifan", "乔一帆", "内容", MARKETING),
    Person("hezhixing", "贺知行", "市场总监", MARKETING, ("总监",)),
    Person("shenlan", "沈岚", "市场部总经理", MARKETING, heads=True),
    Person("zhouheng", "周衡", "法务负责人", "法务部", heads=True),
    Person("mengxiao", "孟晓", "法务", "法务部"),
    Person("xunuo", "许诺", "财务负责人", "财务部", heads=True),
    Person("taoran", "陶然", "财务", "财务部"),
    Person("liangxiao", "梁骁", "技术负责人", "技术部", heads=True),
    Person("duanyiming", "段一鸣", "运维", "技术部"),
    Person("songyu", "宋予", "销售负责人", "销售部", heads=True),
    Person("suhe", "苏禾", "设计负责人", "设计部", heads=True),
    Person("yintang", "尹棠", "客服负责人", "客服部", heads=True),
    Person("qinzheng", "秦正", "审计", "审计部", heads=True),
    Person("yezhen", "叶蓁", "流程负责人", "流程管理部", ("流程负责人",), heads=True),
    Person("fangjin", "方谨", "总裁办秘书", "总裁办"),
    Person("gumingchuan", "顾明川", "首席执行官", "总裁办", heads=True),
    Person("luchengyuan", "陆承远", "分管副总裁", "总裁办", ("分管副总裁",)),
    Person("ouwen", "欧文", "信息部职员，不参与任何活动", "信息部"),
)


def hire(app: Application) -> None:
    """Give everybody an account, and marketing its allowance for the last, this and the next quarter."""
    password = _password(app.settings)
    for person in PEOPLE:
        identity.create_user(
            app,
            SYSTEM,
            person.name,
            display_name=person.display_name,
            password=password,
            groups=(person.department, *person.roles),
            department=person.department,
        )
        if person.heads:
            identity.set_head(app, SYSTEM, person.department, person.name)
    today = app.clock().astimezone(ZONE).date()
    for period in {quarter(today + timedelta(days=days)) for days in (-91, 0, 91)}:
        allowances.grant(app, SYSTEM, MARKETING, period, ALLOWANCE)


def settle_allowance(app: Application, today: date) -> None:
    """Make this quarter's commitments what the demo says, with those of campaigns that are not shown."""
    allowances.grant(app, SYSTEM, MARKETING, quarter(today), ALLOWANCE, committed=COMMITTED)


def known_password(app: Application) -> str:
    """Return the demo accounts' password, as it was written down when they were made; empty if never."""
    path = app.settings.data / "demo_password"
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def _password(settings: Settings) -> str:
    """Return the password of the new accounts, and write it down.

    Easy to remember where only this machine can reach the service; not guessable where others can.
    """
    password = LOCAL_PASSWORD if _is_local(settings) else secrets.token_urlsafe(9)
    descriptor = os.open(settings.data / "demo_password", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password)
    return password


def _is_local(settings: Settings) -> bool:
    if settings.public_url:
        return False
    try:
        return ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host == "localhost"
