"""What the demo company answers: one entry per form, in the words its people would use.

Each entry gets the campaign, what the form starts with, and the time; what it leaves out stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from service.settings import ZONE

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Campaign:
    """A demo campaign: its start form, its budget by category (CNY), and what it is measured by."""

    name: str
    kind: str
    brand_line: str
    start: date
    end: date
    amounts: Mapping[str, int]
    idea: str
    applicant: str = "linyue"
    is_green: bool = False
    green_reason: str | None = None
    registrations: int = 5000
    has_prizes: bool = False
    supporting: tuple[str, ...] = ("设计部",)
    spent: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    meeting_at: datetime | None = None

    def day(self, offset: int) -> str:
        """Return the ISO date so many days after the start."""
        return (self.start + timedelta(days=offset)).isoformat()


def start_form(c: Campaign) -> dict[str, Any]:
    """Return the answers of the form a campaign begins with."""
    return {
        "name": c.name,
        "type": c.kind,
        "owner": "林悦",
        "department": "市场部",
        "brand_line": c.brand_line,
        "strategic_goal": "提升高端产品线认知",
        "start_date": c.start.isoformat(),
        "end_date": c.end.isoformat(),
        "urgency": "green" if c.is_green else "normal",
        "green_reason": c.green_reason,
        "linked_campaigns": [],
    }


def _research(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "tools": ["网站分析", "社交聆听"],
        "industry_trend": "家居生活品类线上增速放缓，高端细分仍保持两位数增长。",
        "competitors": "同价位品牌以联名礼盒和直播折扣为主，内容种草投入在上升。",
        "user_behaviour": "用户从收藏到下单约六天，下单前平均浏览四页。",
        "persona": {
            "age_min": 22,
            "age_max": 38,
            "gender": "女性为主",
            "regions": ["一线城市", "新一线城市"],
        },
        "consumption_habits": "愿意为材质与设计多付两成，看重真实评价。",
        "media_preference": [
            {"channel": "抖音", "share_percent": 60},
            {"channel": "搜索", "share_percent": 40},
        ],
        "sources": [
            {"title": "官网与商城后台数据", "url": "https://example.com/analytics", "date": _iso(now)},
        ],
        "source_files": [],
        "conclusion": "目标人群集中在一线和新一线城市的二十二至三十八岁女性，"
        "对新品的信任主要来自真实的使用内容；建议以内容建立信任，再以搜索承接转化。",
    }


def _goals(c: Campaign, data: Values, now: datetime) -> Values:
    common = {
        "owner": "林悦",
        "direction": "up",
        "deadline": c.end.isoformat(),
        "data_source": "CRM 注册表去重",
    }
    return {
        "goals": [
            {
                **common,
                "kind": "注册",
                "metric": "新注册用户",
                "unit": "人",
                "baseline": 1800,
                "target": c.registrations,
                "target_mode": "absolute",
                "relevance": "高端线的认知首先沉淀为注册用户",
                "achievable_basis": "去年同期同等投放取得 4 320 人",
            },
            {
                **common,
                "kind": "流量",
                "metric": "官网访问量",
                "unit": "%",
                "baseline": 86000,
                "target": 30,
                "target_mode": "growth",
                "data_source": "网站分析",
                "relevance": "访问是认知提升的前置指标",
                "achievable_basis": "预计带来一百万次以上曝光",
            },
        ]
    }


def _resources(c: Campaign, data: Values, now: datetime) -> Values:
    inside = [
        {
            "side": "internal",
            "kind": "设计" if name == "设计部" else "技术",
            "name": f"{name}支持",
            "department": name,
            "person_days": 6,
            "committed_by": "待部门承诺",
        }
        for name in c.supporting
    ]
    outside = {
        "side": "external",
        "kind": "平台",
        "name": "投放平台服务",
        "quote": 2000,
        "committed_by": "温可",
    }
    return {"resources": [*inside, outside]}


def _commitment(c: Campaign, data: Values, now: datetime) -> Values:
    return {"conclusion": "可承诺", "person_days": 6, "contact": "部门负责人", "available_from": _iso(now)}


def _budget(c: Campaign, data: Values, now: datetime) -> Values:
    lines = [
        {
            "category": category,
            "spec": f"{category}（{c.name}）",
            "unit": "项",
            "unit_price": amount,
            "quantity": 1,
            "supplier": "框架供应商",
            "no_history_reason": "按本次活动口径新定，无同口径历史价",
        }
        for category, amount in c.amounts.items()
    ]
    return {
        "lines": lines,
        "roi_assumptions": [{"driver": "转化率", "value": "1.9%", "basis": "近三次活动均值 1.86%"}],
        "expected_gmv": sum(c.amounts.values()) * 5,
        "gross_margin_percent": 45,
    }


def _risks(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "risks": [
            {
                "type": "技术",
                "description": "高峰并发导致页面打不开",
                "probability": 3,
                "impact": 5,
                "trigger": "P95 延迟超过 800 毫秒持续五分钟",
                "mitigation": "上线前压测到预计峰值的一倍半",
                "contingency": "备用服务器两台，十分钟内切换",
                "owner": "段一鸣",
            },
            {
                "type": "合规",
                "description": "宣传用语或规则公示不完整",
                "probability": 2,
                "impact": 5,
                "trigger": "监管问询或用户投诉",
                "mitigation": "文案与规则先经法务预审",
                "owner": "孟晓",
            },
            {
                "type": "舆情",
                "description": "用户集中负面反馈",
                "probability": 2,
                "impact": 4,
                "trigger": "单日负面评论超过五十条",
                "mitigation": "客服准备统一话术",
                "contingency": "两小时内统一回复",
                "owner": "尹棠",
            },
        ]
    }


def _submission(c: Campaign, data: Values, now: datetime) -> Values:
    return {"risk_report": [c.files["risk_report"]], "note": "材料齐全，请审核。"}


def _plan(c: Campaign, data: Values, now: datetime) -> Values:
    days = (c.end - c.start).days
    first, second = max(days // 3, 1), max(2 * days // 3, 2)
    prizes = [
        {
            "level": "一等奖",
            "name": "新品礼盒",
            "market_value": 299,
            "quantity": 2,
            "probability_percent": 0.01,
        },
        {"level": "二等奖", "name": "体验装", "market_value": 59, "quantity": 20, "probability_percent": 0.1},
    ]
    return {
        "idea": c.idea,
        "brand_fit": "主张克制的品质感，视觉与文案均围绕产品本身，不做夸张促销。",
        "uses_ip": "ip_license" in c.files,
        "ip_license": [c.files["ip_license"]] if "ip_license" in c.files else None,
        "phases": [
            {
                "kind": "预热",
                "start": c.day(0),
                "end": c.day(first - 1),
                "actions": "悬念海报",
                "owner": "乔一帆",
            },
            {
                "kind": "爆发",
                "start": c.day(first),
                "end": c.day(second - 1),
                "actions": "直播",
                "owner": "温可",
            },
            {
                "kind": "长尾",
                "start": c.day(second),
                "end": c.day(days),
                "actions": "征集笔记",
                "owner": "乔一帆",
            },
        ],
        "channels": _channels(c),
        "milestones": [{"date": c.day(-3), "deliverable": "素材与落地页定稿", "owner": "乔一帆"}],
        "has_prizes": c.has_prizes,
        "prizes": prizes if c.has_prizes else None,
        "draw_rules": "注册用户每日可抽一次，中奖名单次日公布。" if c.has_prizes else None,
        "collects_personal_info": True,
        "personal_info_note": "收集手机号，仅用于联系与发奖，页面单独勾选同意，可随时撤回。",
        "copy_text": f"{c.name}，把好日子过细。",
        "copy_files": [],
        "copy_precheck_needed": c.has_prizes,
    }


def _channels(c: Campaign) -> list[dict[str, Any]]:
    reach = {"信息流": ("抖音", 1_000_000), "搜索竞价": ("百度搜索", 200_000), "KOL": ("达人内容", 1_200_000)}
    return [
        {
            "name": reach[category][0],
            "reason": "目标人群中十八至三十五岁占七成",
            "audience_share_percent": 70,
            "budget_item": category,
            "expected_impressions": reach[category][1],
            "expected_ctr_percent": 2.4,
            "expected_cvr_percent": 1.9,
        }
        for category in c.amounts
        if category in reach
    ]


def _tech_design(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "tracking": [
            {
                "event_key": "cta_click",
                "name": "点击主按钮",
                "page": "活动页",
                "trigger": "点击主按钮",
                "metric": "按钮点击率",
            },
            {
                "event_key": "page_stay",
                "name": "页面停留",
                "page": "活动页",
                "trigger": "离开页面",
                "metric": "停留时长",
            },
        ],
        "integrations": [{"system": "CRM", "fields": "手机号、注册来源", "dev_workdays": 5}],
        "expected_peak_qps": 1200,
        "cdn_plan": "静态资源全部走 CDN，高峰时由八个节点扩到十四个",
        "rollback": "切回静态活动页，五分钟内完成",
        "feasibility": "可行",
    }


def _precheck(c: Campaign, data: Values, now: datetime) -> Values:
    return {"conclusion": "通过"}


def _head_submission(c: Campaign, data: Values, now: datetime) -> Values:
    return {"conclusion": "同意", "feasibility_opinion": "节奏与人手可行，同意提交会签。"}


def _compliance(c: Campaign) -> Values:
    names = (
        *("absolute_wording", "false_claims", "ad_label", "one_click_close", "price_basis"),
        *("personal_information", "disclaimers", "ip_rights"),
    )
    passed = {name: {"result": "合格", "basis": "《广告法》", "evidence": "方案附件"} for name in names}
    draw = {"result": "合格", "basis": "公司抽奖公示规定", "evidence": "抽奖规则"} if c.has_prizes else None
    return {**passed, "prize_draw": draw or {"result": "不适用"}, "endorsers": {"result": "不适用"}}


def _legal(c: Campaign, data: Values, now: datetime) -> Values:
    opinion = "文案与规则未见违规，同意按方案实施。"
    return {"compliance": _compliance(c), "conclusion": "同意", "opinion": opinion}


def _finance(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "roi_logic": "合理",
        "conclusion": "同意",
        "opinion": "预算复算一致，备用金一成，投产测算依据充分。",
    }


def _tech(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "feasibility": "可行",
        "dev_workdays": 5,
        "api_ready_date": (c.start - timedelta(days=3)).isoformat(),
        "capacity_comment": "按预计峰值的一倍半准备。",
        "conclusion": "同意",
        "opinion": "接口开发五个工作日，排期满足上线要求。",
    }


def _revision(c: Campaign, data: Values, now: datetime) -> Values:
    asked = data.get("required_changes") or []
    return {
        "required_changes": [{**row, "response": "已按要求修改", "closed": True} for row in asked],
        "draw_rules": "注册用户每日可抽一次，各奖级概率在首屏公示，奖品与概率开始后不变更。"
        if c.has_prizes
        else data.get("draw_rules"),
        "change_note": "按会签意见逐条修改，详见各条答复。",
    }


def _director(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "fit_score": 4,
        "feasibility": "可行",
        "conclusion": "通过",
        "opinion": "契合季度目标，按方案推进。",
    }


def _kpi_sheet(c: Campaign, data: Values, now: datetime) -> Values:
    common = {"direction": "up", "formula": "渠道归因，手机号去重", "source": "CRM 注册表", "daily_curve": []}
    sales, marketing = c.registrations * 3 // 10, c.registrations - c.registrations * 3 // 10
    return {
        "kpis": [
            {
                **common,
                "department": "市场部",
                "owner": "温可",
                "goal": "新注册用户",
                "metric": "注册",
                "target": marketing,
                "unit": "人",
                "weight_percent": 60,
            },
            {
                **common,
                "department": "市场部",
                "owner": "乔一帆",
                "goal": "官网访问量",
                "metric": "访问量增幅",
                "target": 30,
                "unit": "%",
                "weight_percent": 40,
            },
            {
                **common,
                "department": "销售部",
                "owner": "宋予",
                "goal": "新注册用户",
                "metric": "门店扫码注册",
                "target": sales,
                "unit": "人",
                "weight_percent": 100,
            },
        ],
        "ctr_target_percent": 2.4,
        "cvr_target_percent": 1.9,
        "aov_target": 268,
        "daily_overrides": [],
    }


def _meeting(c: Campaign, data: Values, now: datetime) -> Values:
    at = c.meeting_at or now + timedelta(days=1)
    return {
        "meeting_no": f"ZCB-{at.year}-{at.timetuple().tm_yday:03d}",
        "meeting_at": at.astimezone(ZONE).isoformat(timespec="minutes"),
        "place": "总裁办会议室",
        "attendees": "顾明川、陆承远、沈岚、许诺、周衡",
    }


def _launch(c: Campaign, data: Values, now: datetime) -> Values:
    names = (
        *("tracking", "integrations", "load_test", "cdn", "rollback", "monitoring", "materials"),
        "landing_page",
    )
    return {"items": dict.fromkeys(names, True), "load_tested_qps": 1800, "notes": "压测三十分钟无错误。"}


def _adjust(c: Campaign, data: Values, now: datetime) -> Values:
    rows = data.get("adjustments") or [{"metric": "ctr"}]
    done = {"action": "换素材", "detail": "上新素材三条", "result": "下午回升"}
    return {"adjustments": [{**row, **done} for row in rows], "moved_amount": 0, "total_changed": False}


def _explanation(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "why_urgent": "热点时效只有两天，走常规流程来不及。",
        "explanation": "热点登上热搜当晚申请绿色通道，次日上线短视频；截至今日花费在额度内，未出现投诉，"
        "素材与投放记录已留存备查，后续按日报汇报。",
        "files": [],
    }


def _closeout(c: Campaign, data: Values, now: datetime) -> Values:
    spend = [
        {
            "budget_item": category,
            "budget": amount,
            "actual": c.spent.get(category, amount),
            "invoice_no": f"2431{number:04d}",
        }
        for number, (category, amount) in enumerate(c.amounts.items(), start=1)
    ]
    up = {"direction": "up", "department": "市场部"}
    return {
        "spend": spend,
        "kpi_results": [
            {
                **up,
                "metric": "新注册用户",
                "target": c.registrations,
                "actual": c.registrations * 9 // 10,
                "unit": "人",
            },
            {**up, "metric": "访问量增幅", "target": 30, "actual": 27, "unit": "%"},
        ],
        "nps": {"before": 31, "before_n": 412, "after": 36, "after_n": 388},
        "feedback": [{"theme": "包装质感好", "share_percent": 42, "quote": "送人很体面"}],
        "kol": _influencers(c),
        "lessons": "预热期的达人内容带来质量最高的注册，热度三天后回落，需要更早准备长尾内容。",
        "improvements": [
            {
                "process_step": "法务会签",
                "current": "平均四十一小时",
                "target": 24,
                "unit": "小时",
                "owner": "周衡",
                "due": (c.end + timedelta(days=60)).isoformat(),
            }
        ],
        "files": [],
    }


def _influencers(c: Campaign) -> list[dict[str, Any]]:
    delivered = {"name": "达人内容", "promised_impressions": 1_200_000, "actual_impressions": 1_038_000}
    return [{**delivered, "fee": c.amounts["KOL"]}] if "KOL" in c.amounts else []


def _open_items(c: Campaign, data: Values, now: datetime) -> Values:
    rows = data.get("items") or []
    return {"items": [{**row, "result": "已了结", "closed": True} for row in rows]}


def _audit(c: Campaign, data: Values, now: datetime) -> Values:
    return {
        "traffic_opinion": "无效流量在正常范围内，来源分布均匀。",
        "spend_findings": [],
        "kol": _influencers(c),
        "conclusion": "通过",
    }


def _adoption(c: Campaign, data: Values, now: datetime) -> Values:
    return {"improvements": [{**row, "decision": "采纳"} for row in data.get("improvements") or []]}


def _constant(**answers: Any) -> Callable[[Campaign, Values, datetime], Values]:
    return lambda c, data, now: answers


def _iso(now: datetime) -> str:
    return now.astimezone(ZONE).date().isoformat()


FORMS: Mapping[str, Callable[[Campaign, Values, datetime], Values]] = {
    "research": _research,
    "goals": _goals,
    "resources": _resources,
    "commit_resources": _commitment,
    "budget": _budget,
    "risks": _risks,
    "submit_preparation": _submission,
    "write_plan": _plan,
    "design_tech": _tech_design,
    "assign_raci": _constant(),
    "copy_precheck": _precheck,
    "submit_plan": _head_submission,
    "legal_review": _legal,
    "finance_review": _finance,
    "tech_review": _tech,
    "revise_plan": _revision,
    "director_review": _director,
    "fill_kpi_sheet": _kpi_sheet,
    "confirm_kpi": _constant(conclusion="确认"),
    "finance_confirm": _constant(action="同意", linked_confirmed=True),
    "legal_release": _constant(action="同意", changes_checked=True),
    "head_decision": _constant(action="同意"),
    "vp_decision": _constant(action="同意"),
    "schedule_ceo_meeting": _meeting,
    "authorise_green": _constant(conclusion="启用"),
    "approve_green": _constant(action="同意"),
    "legal_fast_review": _legal,
    "submit_explanation": _explanation,
    "accept_explanation": _constant(conclusion="接受"),
    "late_review": _constant(conclusion="同意", opinion="费用在额度内，单据齐全，同意补签。"),
    "launch_check": _launch,
    "daily_report": _constant(comment="数据已与投放后台核对。"),
    "adjust_today": _adjust,
    "explain_missed": _constant(
        reason="当日素材未能按时送达，错过了当日调整的时间窗口。", remedy="次日九时更换。"
    ),
    "closeout_report": _closeout,
    "settle_open_items": _open_items,
    "audit_review": _audit,
    "review_improvements": _adoption,
}
