"""What is installed beside us changes no reading: fonts that a file does not carry are pdfium's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import reportlab

from fixtures.hostile.pdf import Statement

#: Reads a file with one folder of fonts as the system's; pdfium is initialised once a process.
READ = """
import ctypes, hashlib, sys
from pathlib import Path
import pypdfium2_raw as raw
folder = (ctypes.c_char_p * 2)(sys.argv[2].encode(), None)
config = raw.FPDF_LIBRARY_CONFIG(version=2)
config.m_pUserFontPaths = ctypes.cast(folder, type(config.m_pUserFontPaths))
raw.FPDF_InitLibrary = lambda: raw.FPDF_InitLibraryWithConfig(ctypes.byref(config))
from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.adapters.statement_pdf.rendered import picture_of
path = Path(sys.argv[1])
print(pdfium.read(path, None))
with pdfium.opened(path, None) as document:
    page = raw.FPDF_LoadPage(document, 0)
    print(hashlib.sha256(picture_of(page, 0, 2.0).pixels).hexdigest())
"""


def read(path: Path, fonts: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", READ, str(path), str(fonts)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize("name", [b"BitstreamVeraSans-Roman", b"BitstreamVeraSans-Bold"])
def test_a_font_that_is_installed_changes_neither_text_nor_picture(
    name: bytes, tmp_path: Path
) -> None:
    path, none = tmp_path / "statement.pdf", tmp_path / "none"
    none.mkdir()
    Statement().write(path)
    path.write_bytes(path.read_bytes().replace(b"/BaseFont /Helvetica", b"/BaseFont /" + name))
    assert name in path.read_bytes()
    installed = Path(reportlab.__file__).parent / "fonts"
    assert (installed / "Vera.ttf").exists()
    assert read(path, installed) == read(path, none)
