"""What only manifests of the first release (0.1) need: they declared groups, relations and lanes, no more."""

from __future__ import annotations

from collections.abc import Mapping

_OWNERS = ("流程管理部", "流程负责人")
_AUDITORS = "审计部"
_CEO_OFFICE = "总裁办"

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "deployment.create": _OWNERS,
    "deployment.activate": _OWNERS,
    "deployment.read": (*_OWNERS, _AUDITORS),
    "scenario.run": _OWNERS,
    "case.see_all": (*_OWNERS, _AUDITORS, _CEO_OFFICE),
    "instance.migrate": _OWNERS,
    "message.send": _OWNERS,
    "incident.read": _OWNERS,
    "audit.read": (_AUDITORS,),
    "sample.record": ("市场部", "技术部"),
    "allowance.grant": ("财务部",),
    "allowance.read": ("财务部", _AUDITORS, _CEO_OFFICE),
    "system.inspect": _OWNERS,
}
"""Who held which right while that stood in Python: for a manifest without a section `rights`."""

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "发起人": {"user": "applicant"},
    "部门负责人": {"head_of": "department"},
}
"""What relations meant where a manifest had no organisation."""
