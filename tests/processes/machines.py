"""Real processes of the line, to be started, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from sqlalchemy import select

from config.settings import Settings, load_settings
from models.database import Database
from models.technician import Technician
from simulator.company import Company
from simulator.phone import Handset
from simulator.transport import HttpTransport

ROOT = Path(__file__).parents[2]
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], Found], seconds: float = 20.0) -> Found:
    """What `look` finds as soon as it finds something. Other processes take their time, and no clock is ours."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if found := look():
            return found
        pause.wait(0.05)
    raise AssertionError(f"nothing came of it within {seconds} s")


class Machine:
    """One process of `python app.py …`, with what it printed."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.command = arguments[0]
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py"), *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.printed: list[str] = []
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, output: IO[str]) -> None:
        self.printed += output

    def says(self, words: str) -> "Machine":
        """Wait until it has printed these words."""
        eventually(lambda: any(words in line for line in self.printed) or not self.is_running())
        assert any(words in line for line in self.printed), "".join(self.printed)
        return self

    def is_running(self) -> bool:
        return self.process.poll() is None

    def is_killed(self) -> None:
        """kill -9, with its children."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self._ends(5)

    def freezes(self) -> None:
        """SIGSTOP, with its children: as a machine does whose hypervisor forgets it for a while."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaws(self) -> None:
        """SIGCONT: it goes on where it was, and knows nothing of the time between."""
        os.killpg(self.process.pid, signal.SIGCONT)

    def is_stopped(self) -> int:
        """SIGTERM; answers the exit code."""
        self.process.terminate()
        return self._ends(10)

    def _ends(self, seconds: float) -> int:
        code = self.process.wait(seconds)
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


class Site:
    """A line on real processes that share one database. The phone company lives in the test."""

    def __init__(self, database_url: str, port: int, **environment: str) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "CARRIER": "simulated",
            "SECRET_KEY": "a secret for tests",
            "PIN_PEPPER": "a pepper for tests",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            **environment,
        }
        self.port = port
        self.settings: Settings = load_settings(self.environment, host="127.0.0.1", port=port)
        self.database = Database(self.settings.database_url)
        self.company = Company(
            self.database,
            HttpTransport(),
            self.settings.account_sid,
            self.settings.auth_token,
            self.settings.line_number,
            self.settings.public_url,
        )
        self.machines: list[Machine] = []

    def runs(self, *arguments: str) -> str:
        """Run a command to its end; answers its last line."""
        machine = Machine(self.environment, *arguments)
        assert machine._ends(30) == 0, "".join(machine.printed)
        return machine.printed[-1].strip()

    def starts(self, command: str) -> Machine:
        """A process, when it is at work."""
        return self.launches(command).says("The engine is at work" if command == "worker" else "answers at")

    def launches(self, command: str) -> Machine:
        """A process that may still be starting."""
        port = ["--port", str(self.port)] if command in ("serve", "web") else []
        machine = Machine(self.environment, command, *port)
        self.machines.append(machine)
        return machine

    def handset(self, technician: str) -> Handset:
        with self.database.read() as session:
            number = session.execute(select(Technician.phone).where(Technician.key == technician)).scalar_one()
        assert number
        return self.company.handset(number)

    def closes(self) -> None:
        for machine in self.machines:
            if machine.is_running():
                machine.is_killed()
        self.database.dispose()
