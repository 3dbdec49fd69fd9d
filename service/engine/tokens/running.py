"""An instance in motion: its token tree, what it runs on, and what has changed since it was last asked."""

from __future__ import annotations

from service.engine.case.facts import Facts
from service.engine.definition import Model
from service.engine.nodes.evaluation import Evaluation
from service.engine.nodes.token_view import Library, Standing, TokenView
from service.engine.progress import Environment
from service.engine.tokens.journal import Journal
from service.engine.tokens.tree import Root


class Running:
    """What moving tokens needs. `moves` counts how many were moved in this step."""

    def __init__(
        self, model: Model, definition: str, env: Environment, root: Root, state: str = "active", seq: int = 0
    ) -> None:
        self.model = model
        self.definition = definition
        self.root = root
        self.state = state
        self._library = Library(model.decisions, model.forms)
        self.begin_step(env, seq)

    def begin_step(self, env: Environment, seq: int) -> None:
        """Go on at the environment's instant."""
        self.env = env
        self._evaluation = Evaluation(env, self.model.case)
        self.begin_journal(seq)

    def begin_journal(self, seq: int) -> None:
        """Forget what has changed: it has been told."""
        self.journal = Journal(self.env.now, seq)
        self.moves = 0

    @property
    def facts(self) -> Facts:
        """Return the facts of the case as this step sees them."""
        return self._evaluation.facts

    def view(self, token: Standing) -> TokenView:
        """Return what a token's element may see of it."""
        return TokenView(token, self._evaluation, self._library)
