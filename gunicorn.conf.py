"""How the web server runs; what differs between places comes from the environment."""

import gc
import os

# The demonstration has known passwords: it answers this machine only, unless BIND says otherwise.
in_production = os.environ.get("ENVIRONMENT") == "production"
bind = f"{os.environ.get('BIND', '0.0.0.0' if in_production else '127.0.0.1')}:{os.environ.get('PORT', '8000')}"  # noqa: S104
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "4"))
accesslog = None
control_socket_disable = True
timeout = 60
graceful_timeout = 20
max_requests = int(os.environ.get("MAX_REQUESTS", "0"))
max_requests_jitter = max_requests // 10


def post_worker_init(worker) -> None:
    """Once the portal is loaded, and before the first request."""
    # What is loaded stays: to look through it again for garbage every 700 objects costs a tenth of every page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    # The demonstration has no worker process of its own: a thread here does its work.
    if os.environ.get("INPROCESS_WORKER") == "1":
        from programs.core.worker import start_in_process_worker

        start_in_process_worker()
