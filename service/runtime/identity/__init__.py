"""Who people are: accounts and groups, signing in, sessions, tokens, substitutes."""

from __future__ import annotations

from service.runtime.identity.sessions import (
    SessionView,
    actor_for_session,
    authenticate,
    revoke_session,
    sessions,
    sign_in,
    sign_out,
)
from service.runtime.identity.substitutes import (
    SubstitutionView,
    end_substitution,
    stands_in_for,
    substitute,
    substitutions,
)
from service.runtime.identity.tokens import (
    NewToken,
    TokenView,
    actor_for_token,
    create_token,
    revoke_token,
    tokens,
)
from service.runtime.identity.users import (
    UserView,
    actor,
    create_user,
    display_names,
    groups,
    head_of,
    members,
    set_groups,
    set_head,
    set_language,
    set_password,
    update_user,
    user,
    users,
)

__all__ = [
    "NewToken",
    "SessionView",
    "SubstitutionView",
    "TokenView",
    "UserView",
    "actor",
    "actor_for_session",
    "actor_for_token",
    "authenticate",
    "create_token",
    "create_user",
    "display_names",
    "end_substitution",
    "groups",
    "head_of",
    "members",
    "revoke_session",
    "revoke_token",
    "sessions",
    "set_groups",
    "set_head",
    "set_language",
    "set_password",
    "sign_in",
    "sign_out",
    "stands_in_for",
    "substitute",
    "substitutions",
    "tokens",
    "update_user",
    "user",
    "users",
]
