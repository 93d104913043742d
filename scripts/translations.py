"""Where the translations are and how they are collected; shared by make_messages.py and check_translations.py."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"zh_Hans": "zh-hans"}
IGNORED = ["var", "tests", "scripts", ".venv"]


def catalogue(locale: str) -> Path:
    """The .po file of a locale."""
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


def collect(root: Path) -> None:
    """Run Django's makemessages in a project tree: brings its .po files in line with its sources."""
    if not shutil.which("xgettext"):
        sys.exit("GNU gettext is missing. Install it (Debian: apt-get install gettext) and try again.")
    for locale in LANGUAGES:
        _forget_previous(root / catalogue(locale).relative_to(ROOT))
    command = [sys.executable, str(root / "manage.py"), "makemessages", "--no-wrap", "--no-location", "--no-obsolete"]
    command += [part for locale in LANGUAGES for part in ("--locale", locale)]
    command += [part for name in IGNORED for part in ("--ignore", name)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)


def _forget_previous(path: Path) -> None:
    """Drop the remarks on what an entry was before ("#|"): msgmerge refuses the whole file where only half of one is
    left, as after a translator cleared the rest."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("#|")), encoding="utf-8")
