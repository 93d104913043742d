"""`make messages`: collect the messages of the sources, then compile the catalogues with polib."""

import polib

from scripts.translations import LANGUAGES, ROOT, catalogue, collect


def main() -> None:
    """Bring .po and .mo files in line with the sources and say what is left to translate."""
    collect(ROOT)
    for locale in LANGUAGES:
        path = catalogue(locale)
        messages = polib.pofile(str(path))
        messages.save_as_mofile(str(path.with_suffix(".mo")))
        left = len(messages.untranslated_entries()) + len(messages.fuzzy_entries())
        print(f"{path.relative_to(ROOT)}: {len(messages)} messages, {left} left to translate")


if __name__ == "__main__":
    main()
