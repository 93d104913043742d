"""Make `.venv` and install what a requirements file lists; does nothing when that is already done.

Usage: python3 scripts/environment.py requirements.txt
Needs only the standard library: it runs before anything is installed. Uses uv when it is there, else pip.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bihuan-installed.json"


def main(requirements: str) -> None:
    """Bring the environment up to date with the named file of the project root."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Try: make PYTHON=/path/to/python3.11"
        )
    wanted = fingerprint(ROOT / requirements)
    installed = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    if PYTHON.exists() and installed.get(requirements) == wanted:
        return
    uv = shutil.which("uv")
    if not PYTHON.exists():
        print(f"Making {VENV.name} …", flush=True)
        run([uv, "venv", "--python", sys.executable, str(VENV)] if uv else [sys.executable, "-m", "venv", str(VENV)])
    print(f"Installing {requirements} (about a minute the first time) …", flush=True)
    if uv:
        run([uv, "pip", "install", "--quiet", "--python", str(PYTHON), "-r", requirements])
    else:
        run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
    STAMP.write_text(json.dumps(installed | {requirements: wanted}))


def fingerprint(path: Path) -> str:
    """SHA-256 of a requirements file, of the files it includes, and of the Python that installs them."""
    text = path.read_text(encoding="utf-8")
    parts = [sys.version.split()[0], text]
    parts += [fingerprint(path.parent / line[3:].strip()) for line in text.splitlines() if line.startswith("-r ")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run(command: list[str]) -> None:
    """Run one command in the project root; end with its exit code when it fails."""
    code = subprocess.run(command, cwd=ROOT).returncode
    if code:
        sys.exit(f"Failed (exit code {code}): {' '.join(command)}")


if __name__ == "__main__":
    main(sys.argv[1])
