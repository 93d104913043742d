"""Part of `make check`: every message of the sources is translated, and the compiled catalogues are up to date.

The sources are copied aside and their messages collected there, so that the check changes nothing.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import polib

from scripts.translations import IGNORED, LANGUAGES, ROOT, catalogue, collect


def main() -> int:
    """Print every fault. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "__pycache__", ".*_cache", *IGNORED))
        collect(copy)
        collected = {
            locale: keys(polib.pofile(str(copy / catalogue(locale).relative_to(ROOT)))) for locale in LANGUAGES
        }
    faults = [fault for locale in LANGUAGES for fault in faults_of(locale, collected[locale])]
    for fault in faults:
        print(fault)
    print(f"Translations: {len(faults)} faults." if faults else "Translations are complete.")
    return 1 if faults else 0


def faults_of(locale: str, wanted: set[tuple[str, str]]) -> list[str]:
    """What is wrong with one catalogue, in sentences."""
    path = catalogue(locale)
    name = path.relative_to(ROOT)
    messages = polib.pofile(str(path))
    present = keys(messages)
    faults = [f"{name}: missing {text!r}; run `make messages`." for _, text in sorted(wanted - present)]
    faults += [f"{name}: {text!r} is no longer used; run `make messages`." for _, text in sorted(present - wanted)]
    faults += [f"{name}: {entry.msgid!r} is not translated." for entry in messages.untranslated_entries()]
    faults += [f"{name}: {entry.msgid!r} is marked fuzzy." for entry in messages.fuzzy_entries()]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != messages.to_binary():
        faults.append(f"{compiled.relative_to(ROOT)} is not what the .po file compiles to; run `make messages`.")
    return faults


def keys(messages: polib.POFile) -> set[tuple[str, str]]:
    """Context and text of every message in use."""
    return {(entry.msgctxt or "", entry.msgid) for entry in messages if not entry.obsolete}


if __name__ == "__main__":
    sys.exit(main())
