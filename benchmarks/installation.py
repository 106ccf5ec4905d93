"""The product as it runs in earnest: `python app.py …`, with a Twilio account whose provider is on this machine."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from admin import file
from benchmarks import line, processes
from benchmarks.callers import Server
from benchmarks.databases import SQLITE
from benchmarks.telephone import AUTH_TOKEN, NUMBER
from config.policy import load_policy
from config.settings import Settings, load_settings
from models.database import Database
from rules.pins import Peppers
from tests.policies import write_policy

NOBODY = "http://127.0.0.1:9"


class Installation:
    """A database and the settings of the processes that share it.

    The limits on texts are lifted: what is measured is how fast pages could go.
    """

    def __init__(self, database_url: str, provider_url: str = NOBODY) -> None:
        self.database_url = database_url
        port = processes.free_port()
        self.server = Server(port, f"http://127.0.0.1:{port}")
        folder = tempfile.mkdtemp(prefix="platinum-bench-")
        weakref.finalize(self, shutil.rmtree, folder)
        policy = write_policy(Path(folder) / "policy.toml", texts_a_second=0, text_gap_seconds=0)
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "SECRET_KEY": "a secret key of the benchmarks alone",
            "PIN_PEPPER": "a pepper of the benchmarks, and no other",
            "PUBLIC_URL": self.server.url,
            "TWILIO_ACCOUNT_SID": f"AC{1:032x}",
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_URL": provider_url,
            "POLICY_FILE": str(policy),
        }

    @property
    def settings(self) -> Settings:
        """As its processes read them."""
        return load_settings(self._environment, host="127.0.0.1", port=self.server.port)

    def loaded(self, document: str | None = None) -> "Installation":
        """With the line of the benchmarks, or another one."""
        settings, database = self.settings, Database(self.database_url)
        with database.write() as session:
            policy, now = load_policy(settings.policy_file), database.now(session)
            file.load(session, document or line.document(), Peppers(settings.pin_pepper), "benchmarks", now, policy)
        database.dispose()
        return self

    def does(self, *arguments: str) -> str:
        """Run one command to its end; answers the last line that it prints."""
        return processes.run(["app.py", *arguments], self._environment).strip().rpartition("\n")[2]

    @contextmanager
    def runs(self, command: str, profile: Path | None = None) -> Iterator[psutil.Process]:
        """`serve`, `web` or `worker`, from when it is ready until the block ends; `profile` then has its functions."""

        def is_ready(said: bytes) -> bool:
            return b"at work" in said if command == "worker" else processes.answers(self.server.port, "/healthz")

        where = [] if command == "worker" else ["--port", str(self.server.port)]
        program = ["-m", "benchmarks.profiled", str(profile)] if profile else ["app.py"]
        with processes.running([*program, command, *where], self._environment, is_ready) as process:
            yield process

    @contextmanager
    def is_at_work(self, kind: str) -> Iterator[None]:
        """Web and engine: in one process on SQLite, in two on PostgreSQL."""
        with ExitStack() as started:
            for command in ["serve"] if kind == SQLITE else ["web", "worker"]:
                started.enter_context(self.runs(command))
            yield
