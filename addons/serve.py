"""Starts the assistant: one process with the Rasa server, the web page and the actions. `make run` calls it."""
from __future__ import annotations

import argparse
import os
import socket
import sys
from typing import Any, List, Optional

from addons import model_sum, unneeded
from addons.assistant import NoModel, newest_model

DEFAULT_PORT = 5005


class WrongSetting(RuntimeError):
    """The assistant can't run with the settings it was given."""


def port_is_free(host: str, port: int) -> bool:
    """Tells whether nothing listens on a port yet."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(host: str, port: int, model: str, credentials: str, endpoints: str) -> None:
    """Runs Rasa's server until it is stopped, as `rasa run` does without importing all the other commands.

    Raises:
        ImportError: the endpoints name a tracker store that is not there.
        WrongSetting, NoModel: it can't do its work; the message says why.
    """
    unneeded.leave_out()
    import rasa.core.run
    import rasa.utils.io
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.utils.common import class_from_module_path
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    from addons import patches, settings
    from addons.operation import logs

    configure_logging_and_warnings(warn_only_once=True, filter_repeated_logs=True)
    rasa.utils.io.configure_colored_logging(None)
    configure_structlog()
    logs.install()
    patches.apply()
    found = AvailableEndpoints.read_endpoints(endpoints)
    if found.tracker_store is not None and "." in (found.tracker_store.type or ""):
        class_from_module_path(found.tracker_store.type)  # Rasa itself would keep talks in memory if there is no such class
    faults = settings.faults(found)
    if faults:
        raise WrongSetting("\n".join(faults))
    rasa.core.run.serve_application(model, interface=host, port=port, credentials=credentials, enable_api=False, endpoints=found,
                                    server_listeners=[(_loaded, "after_server_start")])


async def _loaded(app: Any, loop: Any) -> None:
    unneeded.seal()


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs until stopped; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m addons.serve", description=__doc__)
    parser.add_argument("--port", default=os.environ.get("PORT") or DEFAULT_PORT, help="the port (or set PORT), 5005 if left out")
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1", help="the address to listen on (or set HOST)")
    parser.add_argument("--credentials", default="credentials.yml", help="which channels to open")
    parser.add_argument("--endpoints", default="endpoints.yml", help="where conversations are kept")
    args = parser.parse_args(arguments)
    if not str(args.port).isdigit() or not 0 < int(args.port) < 65536:
        print(f"PORT is {args.port!r}; it must be a number from 1 to 65535.", file=sys.stderr)
        return 2
    if not port_is_free(args.host, int(args.port)):
        print(f"Port {args.port} is taken. Stop what uses it, or choose another: make run PORT={int(args.port) + 1}", file=sys.stderr)
        return 1
    try:
        model = newest_model()
        model_sum.check(model)
        print("Starting (10 to 30 seconds) ...", flush=True)
        os.environ["REPWISE_ADDRESS"] = f"http://{args.host}:{args.port}/chat"
        serve(args.host, int(args.port), str(model), args.credentials, args.endpoints)
    except (NoModel, model_sum.Tampered, WrongSetting) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
