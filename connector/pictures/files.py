"""Which product each file of a folder shows: the file is named like the product's id, SKU or exact name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from connector.products import Products, Unknown

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
)


@dataclass(frozen=True)
class Found:
    """The file of each product by QuickBooks' id, what is wrong with others, and how many are no pictures by name."""

    files: dict[str, Path]
    problems: list[tuple[Path, str]]
    ignored: int


def files_of(directory: Path, products: Products) -> Found:
    """The pictures in a folder and those below it. Two files for one product are wrong both: nobody guesses."""
    wanted: dict[str, list[Path]] = defaultdict(list)
    problems: list[tuple[Path, str]] = []
    ignored = 0
    for path in sorted(directory.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix.casefold() not in SUFFIXES:
            ignored += 1
            continue
        try:
            wanted[product_of(path.stem, products)].append(path)
        except Unknown as error:
            problems.append((path, str(error)))
    files = {key: paths[0] for key, paths in wanted.items() if len(paths) == 1}
    for key, paths in wanted.items():
        if len(paths) > 1:
            others = ", ".join(path.name for path in paths)
            problems += [(path, f"product:{key} has several files: {others}") for path in paths]
    return Found(files, problems, ignored)


def product_of(name: str, products: Products) -> str:
    """The product that a file's name means; what a file system forbids may be written as in addresses (A%2FB).

    Raises Unknown.
    """
    try:
        return products.find(name)
    except Unknown:
        plain = unquote(name)
        if plain == name:
            raise
        return products.find(plain)
