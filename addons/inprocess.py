"""Runs the custom actions inside the Rasa process, in place of an action server."""
from __future__ import annotations

import asyncio
import logging
import os
from typing import Any, Dict, Optional

import rasa.core.actions.action as rasa_action
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from addons.operation.metrics import stage

log = logging.getLogger(__name__)
TIMEOUT_S = 5.0
"""No action needs more; a hanging one must not hold a conversation."""


class InProcessActions(EndpointConfig):
    """An action endpoint that calls the SDK's executor directly instead of sending HTTP.

    An action that fails or hangs is logged, and the person gets the sentence of ``utter_action_failed``.
    """

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="inprocess://actions", enable_selective_domain=True)  # domain.yml says which action gets the domain
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(self, method: str = "post", subpath: Optional[str] = None, content_type: Optional[str] = None,
                      compress: bool = False, json: Optional[Dict[str, Any]] = None, **kwargs: Any) -> Any:
        call = json or {}
        try:
            with stage("actions"):
                return await asyncio.wait_for(self.executor.run(call), TIMEOUT_S)
        except ActionExecutionRejection as rejection:
            raise rasa_action.ActionExecutionRejection(rejection.action_name, rejection.message) from rejection
        except Exception:  # whatever an action raises, the person gets an answer and the operator a log line
            log.exception("The action %s failed for conversation %s", call.get("next_action"), call.get("sender_id"))
            return {"events": [], "responses": [{"response": "utter_action_failed"}]}


def wanted() -> bool:
    """Tells whether actions are to run in this process (the default) or by HTTP (REPWISE_ACTIONS=http)."""
    return os.environ.get("REPWISE_ACTIONS", "inprocess") != "http"


def install(agent: Any) -> None:
    """Gives a loaded agent the in-process endpoint."""
    endpoint = InProcessActions()
    agent.action_endpoint = endpoint
    agent.processor.action_endpoint = endpoint
