"""One campaign as its people bring it along: whose turn it is, what they answer, and what is true then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.walks.filling import Filling
from tests.walks.people import CAST, Company, Refused

MAIN = "campaign_approval"
PATIENCE = 400
"""Answers after which a campaign that has not come where it should goes round in circles."""

DAYS, DEPARTMENT = 35, "市场部"
Answers = Mapping[str, Any]


def lines(total: str) -> list[dict[str, Any]]:
    """Return two budget lines that come to `total` CNY, a tenth of it in reserve."""
    reserve = (Decimal(total) / 10).quantize(Decimal("0.01"))
    return [
        {"category": "信息流", "unit_price": Decimal(total) - reserve, "quantity": 1},
        {"category": "备用金", "unit_price": reserve, "quantity": 1},
    ]


class Walk:
    """A campaign of `applicant`. `plan` says what people mean to answer, by activity; the rest is theirs."""

    def __init__(
        self,
        company: Company,
        total: str,
        plan: Mapping[str, Answers] | None = None,
        *,
        applicant: str = "linyue",
        starts_in: int = DAYS,
        **start: Any,
    ) -> None:
        self.company, self.applicant = company, applicant
        begins = company.clock.now.date() + timedelta(days=starts_in)
        ends = begins + timedelta(days=2)
        self.days = {"start_date": begins.isoformat(), "end_date": ends.isoformat()}
        self.plan: dict[str, Answers] = {
            **_ordinary(total, self.days),
            **(plan or {}),
        }
        wishes = {
            "name": f"走查 {total}",
            "urgency": "normal",
            "department": DEPARTMENT,
            **self.days,
            **start,
        }
        self.main = self.start(MAIN, applicant, wishes)
        self.number = str(company.person(applicant).get(f"/process-instances/{self.main}")["business_key"])

    # ---- acting -----------------------------------------------------------------------------------

    def start(self, key: str, by: str, wishes: Answers, **beside: str) -> str:
        """Start a process as somebody does; return its instance. `business_key` for one beside a case."""
        person = self.company.person(by)
        form = person.get(f"/process-definitions/{key}/form", **beside)
        answers = self._filled(by, form, wishes)
        begun = person.post(f"/process-definitions/{key}/start", {"answers": answers, **beside})
        self.company.settle()
        return str(begun["id"])

    def follow(self, key: str, by: str | None = None, **wishes: Any) -> str:
        """Start a process beside the campaign."""
        return self.start(key, by or self.applicant, wishes, business_key=self.number)

    def tasks(self) -> list[dict[str, Any]]:
        """Return what the case has open, as an admin sees it."""
        found = self.company.person("admin").all("/tasks", business_key=self.number)
        return [each for each in found if not each["suspended"]]

    def open(self) -> Counter[str]:
        """Return how many tasks are open at each activity."""
        return Counter(each["activity_id"] for each in self.tasks())

    def doer(self, task: Mapping[str, Any]) -> str | None:
        """Return one of the people who may answer a task, whoever usually does; None when nobody may."""
        usual = self.company.usual.get(task["activity_id"])
        found = next((name for name in (usual, *CAST) if name and self.may(name, task)), None)
        if found is not None:
            self.company.usual[task["activity_id"]] = found
        return found

    def may(self, name: str, task: Mapping[str, Any]) -> bool:
        """Say whether somebody finds a task on their list, to be answered by them."""
        found = self.company.person(name).get("/tasks", mine="true", business_key=self.number, limit=200)
        mine = next((each for each in found["items"] if each["id"] == task["id"]), {"actions": []})
        return any(each["name"] == "complete" for each in mine["actions"])

    def answer(self, activity: str, by: str | None = None, **wishes: Any) -> str:
        """Have somebody answer an open task of an activity; return who. Refused when the service says no."""
        task = next((each for each in self.tasks() if each["activity_id"] == activity), None)
        assert task is not None, f"{activity} is not open but {dict(self.open())}"
        name = by or self.doer(task)
        assert name is not None, f"nobody may answer {activity}"
        self._answer(task, name, {**self.plan.get(activity, {}), **wishes})
        return name

    def refused(self, act: Callable[[], object], *statuses: int) -> Refused:
        """Do what the service has to refuse; return how it did."""
        with pytest.raises(Refused) as met:
            act()
        assert met.value.status in (statuses or (403, 404, 409, 422)), met.value
        return met.value

    def until(self, *activities: str) -> None:
        """Have everybody answer as they mean to, and let time pass, until one of the activities is open."""
        self._proceed(lambda: bool(self.open().keys() & set(activities)), " or ".join(activities))

    def to_the_end(self) -> None:
        """Go on until no process of the case runs any more."""
        self._proceed(lambda: not self.running(), "the end")

    def pass_days(self, days: float) -> None:
        """Let time pass with nobody at work."""
        self.company.until(self.company.clock.now + timedelta(days=days))

    def go_to(self, moment: datetime) -> None:
        self.company.until(moment)

    def _proceed(self, is_there: Callable[[], bool], goal: str) -> None:
        for _ in range(PATIENCE):
            self.company.settle()
            if is_there():
                return
            tasks = self.tasks()
            found = next(((each, name) for each in tasks if (name := self.doer(each))), None)
            if found is not None:
                task, name = found
                self._answer(task, name, self.plan.get(task["activity_id"], {}))
                continue
            due = self.company.next_due()
            assert due is not None, f"{goal} is never reached; open: {dict(self.open())}"
            self.company.until(due)
        raise AssertionError(f"{goal} is not reached; open: {dict(self.open())}")

    def _answer(self, task: Mapping[str, Any], name: str, wishes: Answers) -> None:
        person = self.company.person(name)
        form = person.get(f"/tasks/{task['id']}/form")
        answers = self._filled(name, form, wishes)
        person.post(f"/tasks/{task['id']}/complete", {"version": task["version"], "answers": answers})
        self.company.settle()

    def _filled(self, name: str, form: Mapping[str, Any], wishes: Answers) -> dict[str, Any]:
        upload = self.company.person(name).upload
        return Filling(form["schema"], form["data"], wishes, self.company.clock.now, upload).answers()

    # ---- looking ----------------------------------------------------------------------------------

    def seen(self, by: str = "admin") -> Mapping[str, Any]:
        """Return the campaign's main instance as somebody sees it."""
        found: Mapping[str, Any] = self.company.person(by).get(f"/process-instances/{self.main}")
        return found

    def facts(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.seen()["case"]["facts"]
        return found

    def running(self) -> list[str]:
        """Return which processes of the case run."""
        found = self.company.person("admin").all("/process-instances", business_key=self.number)
        return [each["definition"] for each in found if each["state"] in ("active", "suspended")]

    def passed(self) -> Counter[str]:
        """Return how often each activity was entered, in every process of the case."""
        admin = self.company.person("admin")
        found: Counter[str] = Counter()
        for each in admin.all("/process-instances", business_key=self.number):
            history = admin.get(f"/process-instances/{each['id']}/history")["items"]
            found.update(line["activity_id"] for line in history if line["event"] == "entered")
        return found

    def notes(self) -> list[str]:
        """Return what the record notes in words."""
        admin, found = self.company.person("admin"), []
        for each in admin.all("/process-instances", business_key=self.number):
            history = admin.get(f"/process-instances/{each['id']}/history")["items"]
            found += [line["note"] for line in history if line["note"]]
        return found

    def submissions(self, activity: str) -> list[dict[str, Any]]:
        """Return what was handed in at an activity, in every process of the case, in order."""
        found = self.company.person("admin").get(f"/process-instances/{self.main}/dossier")["sections"]
        given = [one for each in found for one in each["submissions"] if one["activity_id"] == activity]
        return sorted(given, key=lambda one: str(one["at"]))

    def by(self, activity: str) -> list[str]:
        """Return who answered an activity, in order."""
        return [str(one["by"]) for one in self.submissions(activity)]

    def told(self, name: str, kind: str) -> list[str]:
        """Return what somebody was told of the case under a kind."""
        found = self.company.person(name).all("/notifications")
        return [
            each["text"] for each in found if each["kind"] == kind and each["business_key"] == self.number
        ]

    def held(self) -> Decimal:
        """Return what the department's campaigns hold of its allowance in the quarter the campaign begins."""
        return self._allowance()["committed"]

    def spent(self) -> Decimal:
        return self._allowance()["spent"]

    def _allowance(self) -> dict[str, Decimal]:
        year, month = self.days["start_date"].split("-")[:2]
        period = f"{year}Q{(int(month) + 2) // 3}"
        found = self.company.person("xunuo").get(f"/allowances/{DEPARTMENT}/{period}")
        return {key: Decimal(str(found[key])) for key in ("granted", "committed", "spent", "left")}

    def grant(self, granted: str) -> None:
        """Have finance grant the department an allowance for the quarter the campaign begins."""
        grant(self.company, self.days["start_date"], granted)


def grant(company: Company, day: str, granted: str) -> None:
    """Have finance grant the department an allowance for the quarter of a day."""
    year, month = day.split("-")[:2]
    company.person("xunuo").put(
        f"/allowances/{DEPARTMENT}/{year}Q{(int(month) + 2) // 3}", {"granted": granted}
    )


def _ordinary(total: str, days: Mapping[str, str]) -> dict[str, Answers]:
    """Return what everybody means to answer when all goes well; how forms want it is theirs to find out."""
    budget = {"lines": lines(total), "expected_gmv": 900000, "gross_margin_percent": 60}
    goal = {"kind": "注册", "metric": "新增注册", "target_mode": "absolute", "target": 5000, "baseline": 100}
    return {
        "goals": {"goals": [{**goal, "deadline": days["end_date"]}]},
        "resources": {"resources": [{"side": "internal", "department": "设计部", "person_days": 3}]},
        "budget": budget,
        "write_plan": {"copy_precheck_needed": False},
        "tech_review": {"dev_workdays": 2},
        "fill_kpi_sheet": {
            "kpis": [{"department": "市场部", "goal": "新增注册", "target": 5000, "weight_percent": 100}]
        },
        "record_resolution": {"votes": {"approve": 4, "reject": 1, "abstain": 0}},
        "launch_check": {"load_tested_qps": 100000},
    }
