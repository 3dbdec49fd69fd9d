"""Every table, one module per family: identity, deployment, instance, task, case, record, campaign."""

from __future__ import annotations

from service.store.base import NEVER, Base, new_id
from service.store.models.batch import Batch, BatchItem
from service.store.models.campaign import (
    CHANNEL_DAYS,
    AllowanceCommitment,
    ArchivedCampaign,
    DepartmentAllowance,
    Figure,
    LoadSample,
)
from service.store.models.case import APPLIED, PROPOSED, Case, CaseApplication, CaseFact
from service.store.models.deployment import Activation, Deployment, DeploymentFile, ResourceBlob
from service.store.models.identity import (
    ApiToken,
    LoginAttempt,
    OrganisationUnit,
    Phrase,
    SavedView,
    Substitution,
    User,
    UserGroup,
    WebSession,
)
from service.store.models.instance import (
    Draft,
    Incident,
    LastAnswer,
    MessageBuffer,
    Outbox,
    Participant,
    ProcessInstance,
    TaskCandidate,
    Timer,
)
from service.store.models.record import (
    ActivityHistory,
    Attachment,
    AttachmentUse,
    AuditChain,
    AuditEntry,
    CarbonCopy,
    CommentRequest,
    DecisionEvaluation,
    IdempotencyKey,
    Notification,
    Submission,
)
from service.store.models.study import Study
from service.store.models.task import TASKS, TaskRow
from service.store.models.telling import ChannelHealth, NotificationSetting
from service.store.models.waiver import Waiver

__all__ = [
    "APPLIED",
    "CHANNEL_DAYS",
    "NEVER",
    "PROPOSED",
    "TASKS",
    "Activation",
    "ActivityHistory",
    "AllowanceCommitment",
    "ApiToken",
    "ArchivedCampaign",
    "Attachment",
    "AttachmentUse",
    "AuditChain",
    "AuditEntry",
    "Base",
    "Batch",
    "BatchItem",
    "CarbonCopy",
    "Case",
    "CaseApplication",
    "CaseFact",
    "ChannelHealth",
    "CommentRequest",
    "DecisionEvaluation",
    "DepartmentAllowance",
    "Deployment",
    "DeploymentFile",
    "Draft",
    "Figure",
    "IdempotencyKey",
    "Incident",
    "LastAnswer",
    "LoadSample",
    "LoginAttempt",
    "MessageBuffer",
    "Notification",
    "NotificationSetting",
    "OrganisationUnit",
    "Outbox",
    "Participant",
    "Phrase",
    "ProcessInstance",
    "ResourceBlob",
    "SavedView",
    "Study",
    "Submission",
    "Substitution",
    "TaskCandidate",
    "TaskRow",
    "Timer",
    "User",
    "UserGroup",
    "Waiver",
    "WebSession",
    "new_id",
]
