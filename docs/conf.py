"""Sphinx reads this: plain Markdown in, no extension beyond MyST, nothing fetched."""

import tomllib
from pathlib import Path

_project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = "Application Links for Python"
author = "The Application Links for Python authors"
copyright = f"2026, {author}"
version = release = _project["version"]

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"{project} {version}"
