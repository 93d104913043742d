"""Cut the font of the PDFs out of Noto Sans CJK; needed again only where a newer Noto is to be vendored.

Usage: python -m scripts.make_font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
Kept are Han in all its blocks, its punctuation, kana, Latin, Greek, Cyrillic and signs; Hangul and rules of layout are
not. The outlines become TrueType's, which every reader of PDFs knows how to show and to search, as it does not those of
a CID-keyed CFF. Takes minutes; the same source gives the same bytes. Writes the font and `core/fonts/VENDOR.json`.
"""

import hashlib
import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

FOLDER = Path(__file__).resolve().parent.parent / "core" / "fonts"
FONT = "NotoSansSC-Regular.ttf"
FACE = "Noto Sans CJK SC"
EXACTNESS = 1.0  # how far a curve may lie from the one it was made of; a letter is 1000 high
KEPT = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0x24F),
    (0x370, 0x3FF),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x2010, 0x2027),  # punctuation, without marks that have no shape
    (0x2030, 0x205E),
    (0x2070, 0x2BFF),  # signs, arrows, numbers in circles, boxes
    (0x2E80, 0x30FF),  # radicals, Chinese punctuation, kana
    (0x3100, 0x312F),  # Bopomofo
    (0x31A0, 0x33FF),
    (0x3400, 0x9FFF),  # Han with extension A
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFF5E),  # full width
    (0xFFE0, 0xFFE6),
    (0x20000, 0x323AF),  # Han extensions B to H
)


def main(source: str) -> int:
    """Make the font from a collection that holds `FACE`. Returns the exit code."""
    font = next(face for face in TTCollection(source).fonts if face["name"].getDebugName(4) == FACE)
    version = font["name"].getDebugName(5).split()[1].split(";")[0]
    options = subset.Options(
        layout_features=[],
        hinting=False,
        glyph_names=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )
    options.drop_tables += ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[one for one in font.getBestCmap() if any(low <= one <= high for low, high in KEPT)])
    cutter.subset(font)
    use_truetype_outlines(font)
    font.recalcTimestamp = False
    font.save(FOLDER / FONT)
    record = {
        "name": "Noto Sans SC",
        "version": version,
        "file": FONT,
        "sha256": hashlib.sha256((FOLDER / FONT).read_bytes()).hexdigest(),
        "licence": "OFL-1.1",
        "licence_file": "OFL.txt",
        "source": f"Noto Sans CJK {version}, NotoSansCJK-Regular.ttc, face {FACE}, cut by scripts/make_font.py",
    }
    (FOLDER / "VENDOR.json").write_text(json.dumps([record], indent=2) + "\n", encoding="utf-8")
    return 0


def use_truetype_outlines(font: TTFont) -> None:
    """Put quadratic outlines in the place of the cubic ones."""
    names, shapes = font.getGlyphOrder(), font.getGlyphSet()
    outlines = newTable("glyf")
    outlines.glyphs, outlines.glyphOrder = {}, names
    for name in names:
        pen = TTGlyphPen(None)
        shapes[name].draw(Cu2QuPen(pen, EXACTNESS, reverse_direction=True))
        outlines.glyphs[name] = pen.glyph(dropImpliedOnCurves=True)
    font["glyf"], font["loca"] = outlines, newTable("loca")
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    font["maxp"].maxZones = 1
    for part in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "SizeOfInstructions"):
        setattr(font["maxp"], f"max{part}", 0)
    font["maxp"].maxComponentElements = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
