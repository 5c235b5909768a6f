"""Runs the notebooks of the gallery while MkDocs builds; each becomes a page and a notebook.

Those of the stages carry one project on, so they run in order and in one folder; the others, which
have no project, run beside them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mkdocs_gen_files
import nbformat
from nbclient import NotebookClient

GALLERY = Path(__file__).parent / "gallery"
LIMIT_S = 300
N_STAGES = 6
CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?$", re.MULTILINE)


def notebook_of(source: str) -> nbformat.NotebookNode:
    """Cells of a script that marks them by ``# %%``."""
    notebook = nbformat.v4.new_notebook()
    marks = list(CELL.finditer(source))
    ends = [*(mark.start() for mark in marks[1:]), len(source)]
    for place, (mark, end) in enumerate(zip(marks, ends, strict=True)):
        text = source[mark.end() : end].strip("\n")
        if mark["kind"]:
            cell = nbformat.v4.new_markdown_cell(re.sub(r"^# ?", "", text, flags=re.MULTILINE))
        else:
            cell = nbformat.v4.new_code_cell(text)
        cell["id"] = f"cell-{place}"  # the same at each build
        notebook.cells.append(cell)
    return notebook


def page_of(notebook: nbformat.NotebookNode, name: str) -> str:
    """Markdown of an executed notebook."""
    title, *rest = notebook.cells[0]["source"].split("\n")
    link = f"[Open it as a notebook]({name}.ipynb)"
    parts = [title, link, "\n".join(rest).strip()]
    for cell in notebook.cells[1:]:
        if cell["cell_type"] == "markdown":
            parts.append(cell["source"])
            continue
        parts.append(f"```python\n{cell['source']}\n```")
        parts += [shown for output in cell["outputs"] for shown in shown_parts(output)]
    return "\n\n".join(part for part in parts if part) + "\n"


def shown_parts(output: nbformat.NotebookNode) -> Iterator[str]:
    """An output as a browser shows it: a drawing, a table, or text."""
    data = output.get("data", {})
    text = output.get("text") or data.get("text/plain", "")
    if drawing := data.get("image/svg+xml") or data.get("text/html"):
        # Markdown ends an element of HTML at an empty line
        lines = [line for line in drawing.splitlines() if line.strip()]
        yield '<div class="output">\n' + "\n".join(lines) + "\n</div>"
    elif text.strip():
        yield f"```text\n{text.rstrip()}\n```"


def executed(paths: Sequence[Path], folder: str) -> list[nbformat.NotebookNode]:
    """Notebooks, run one after the other in a folder."""
    notebooks = [notebook_of(path.read_text(encoding="utf-8")) for path in paths]
    for notebook in notebooks:
        client = NotebookClient(notebook, timeout=LIMIT_S, resources={"metadata": {"path": folder}})
        client.execute()
        for cell in notebook.cells:
            cell.metadata.clear()
    return notebooks


def main() -> None:
    """Run all of them."""
    paths = sorted(GALLERY.glob("*.py"))
    parts = paths[:N_STAGES], paths[N_STAGES:]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(parts)) as pool:
        done = pool.map(executed, parts, [folder] * len(parts))
        notebooks = [notebook for part in done for notebook in part]
    summary = []
    for path, notebook in zip(paths, notebooks, strict=True):
        with mkdocs_gen_files.open(f"gallery/{path.stem}.md", "w") as file:
            file.write(page_of(notebook, path.stem))
        with mkdocs_gen_files.open(f"gallery/{path.stem}.ipynb", "w") as file:
            nbformat.write(notebook, file)
        title = notebook.cells[0]["source"].split("\n")[0].removeprefix("# ")
        summary.append(f"* [{title}]({path.stem}.md)")
    with mkdocs_gen_files.open("gallery/SUMMARY.md", "w") as file:
        file.write("\n".join(summary) + "\n")


main()
