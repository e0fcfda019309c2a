"""Writes an EPUB with pandoc, and sees that nothing is missing or broken in it.

    python epub.py BOOK.html BOOK.epub STYLE.css COVER.png
"""

import posixpath
import re
import subprocess
import sys
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

import pypandoc

XHTML = "{http://www.w3.org/1999/xhtml}"
PACKAGE = "{http://www.idpf.org/2007/opf}"
MATH = "{http://www.w3.org/1998/Math/MathML}math"

source, target, style, cover = sys.argv[1:]
subprocess.run(
    [pypandoc.get_pandoc_path(), source, "--from=html", "--to=epub3", "--mathml", "--split-level=1",
     "--toc", "--toc-depth=2", f"--css={style}", f"--epub-cover-image={cover}", f"--output={target}"],
    check=True,
)

problems = []
with zipfile.ZipFile(target) as epub:
    names = epub.namelist()
    first = epub.infolist()[0]
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        problems.append("the first file is not an uncompressed mimetype")
    elif epub.read(first) != b"application/epub+zip":
        problems.append("the mimetype is not that of an EPUB")
    package = next(name for name in names if name.endswith(".opf"))
    folder = posixpath.dirname(package)
    items = [posixpath.join(folder, unquote(item.get("href")))
             for item in ElementTree.fromstring(epub.read(package)).iter(f"{PACKAGE}item")]
    for item in items:
        if item not in names:
            problems.append(f"{item} is listed and missing")
    drawings = [ElementTree.fromstring(epub.read(name)) for name in names if name.endswith(".svg")]
    pages = {name: ElementTree.fromstring(epub.read(name)) for name in names if name.endswith(".xhtml")}

ids = {name: {element.get("id") for element in page.iter()} for name, page in pages.items()}
for name, page in pages.items():
    for element in page.iter():
        for link in filter(None, (element.get("href"), element.get("src"))):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            to = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path))) if path else name
            if to not in names:
                problems.append(f"{name} leads to {link}, which is not there")
            elif anchor and to in ids and unquote(anchor) not in ids[to]:
                problems.append(f"{name} leads to {link}, which has no such anchor")


def count(tags, elements):
    return sum(element.tag in tags for element in elements)


with open(source, encoding="utf-8") as file:
    text = file.read()
everything = [element for page in pages.values() for element in page.iter()]
for what, before, after in [
    ("formulas", len(re.findall(r"<math\b", text)), count({MATH}, everything)),
    ("figures", len(re.findall(r"<figure\b", text)), count({f"{XHTML}figure"}, everything)),
    ("pictures", len(re.findall(r"<img\b", text)), count({f"{XHTML}img"}, everything)),
    ("tables", len(re.findall(r"<table\b", text)), count({f"{XHTML}table"}, everything)),
]:
    print(f"{before} {what}", file=sys.stderr)
    if after < before:
        problems.append(f"of {before} {what}, {after} arrived")
if not drawings or any(not drawing.get("viewBox") for drawing in drawings):
    problems.append("a figure has no measures, and would not fit a page")
words = "".join("".join(page.itertext()) for page in pages.values())
for hangul in set(re.findall(r"[\uac00-\ud7a3]{2,}", re.sub(r"<[^>]*>", " ", text))):
    if hangul not in words:
        problems.append(f"{hangul} did not arrive")

for problem in problems[:20]:
    print(f"error: {problem}", file=sys.stderr)
sys.exit(1 if problems else 0)
