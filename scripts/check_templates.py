"""Part of `make check`: every template of ours compiles."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"


def main() -> int:
    """Compile the templates and print every fault. Returns the exit code."""
    import django

    django.setup()
    from django.template import TemplateSyntaxError, engines

    folders = [ROOT / "templates", *ROOT.glob("*/templates")]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".txt")]
    faults = 0
    for path in paths:
        try:
            engines["django"].from_string(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as fault:
            faults += 1
            print(f"{path.relative_to(ROOT)}: {fault}")
    print(f"Templates: {faults} of {len(paths)} do not compile." if faults else f"All {len(paths)} templates compile.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
