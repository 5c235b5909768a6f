"""Runbook of a release: serve, watch, check, go back, retrain; each command as it is typed."""

from __future__ import annotations

from shlex import quote

from leadline.phases.release import Release
from leadline.report.model_document.section import LineageReader, Section, Step, not_run

_RELEASES = ".leadline/releases"
_LOCK = (
    'python -c "import json; from pathlib import Path; '
    f"print(*json.loads(Path('{_RELEASES}/{{bundle}}/manifest.json').read_text())['lock'], "
    "sep='\\n')\" > requirements.txt"
)


def runbook(reader: LineageReader) -> Section:
    """How to serve, watch, check, go back and retrain, step by step."""
    title = "Runbook"
    release = reader.release()
    if release is None:
        return Section(title, unknowns=(not_run("release", "What is to be kept in service"),))
    lead = (
        "Type each command in the folder of leadline.toml, where 'leadline' is installed. Words in "
        "capitals are yours to fill in."
    )
    steps = (*_serving(), *_checking(release), *_going_back(release), *_retraining(release))
    return Section(title, sentences=(lead,), steps=steps)


def _serving() -> tuple[Step, ...]:
    return (
        Step("See where things stand, and what is due.", ("leadline status",)),
        Step(
            "Serve: answer requests over HTTP (Ctrl-C stops it).",
            ("leadline serve --port 8000",),
        ),
        Step(
            "Score a file instead, here new.csv; that is cheaper where nobody waits.",
            ("leadline score new.csv --to scored.csv",),
        ),
        Step(
            "Watch: hand over the rows of each new block, with their labels as soon as they are "
            "known. It ends with exit code 3 while an alarm is open, or when a retraining is due.",
            ("leadline watch new.csv",),
        ),
    )


def _checking(release: Release) -> tuple[Step, ...]:
    return (
        Step("Check the machine and the workspace.", ("leadline doctor",)),
        Step(
            "Check the release: its signature, the digests of its files, that stored rows get the "
            "scores they had, its packages, and the age of this document.",
            (f"leadline check {release.release_id}",),
        ),
        Step(
            "Write out the lock file, to build the environment anew elsewhere.",
            (_LOCK.format(bundle=release.bundle),),
        ),
    )


def _going_back(release: Release) -> tuple[Step, ...]:
    """Roll back: the release that this one replaced is served again."""
    if not release.replaces:
        return (Step("Roll back: this is the first release, so there is none to go back to."),)
    return (
        Step(
            f"Roll back: release {release.replaces} answers again; servers that run change over "
            "within a second or two.",
            (f'leadline rollback {release.replaces} --why "REASON"', "leadline releases"),
        ),
    )


def _retraining(release: Release) -> tuple[Step, ...]:
    silent = ""
    if release.confidence is not None:
        silent = ", nor does the score below which it gives no answer (--silent-below SCORE)"
    choose = f'leadline review --choose {quote(release.point)} --why "REASON"'
    return (
        Step(
            "Retrain: label the newest rows (their truth has arrived, or 'leadline label' them) "
            "and add the file to [data] files in leadline.toml. Then compute what stood on the old "
            "rows, and read the warnings and the forecast.",
            ("leadline run define find train", "leadline run tuning"),
        ),
        Step(
            "Judge examples of the newest stream with 'leadline review', and choose the operating "
            f"point anew: thresholds do not carry over{silent}.",
            (choose,),
        ),
        Step(
            "Release. The new one is compared with the one in service on the same test rows; if it "
            "is worse, the one in service stays until somebody decides otherwise.",
            ("leadline run ship",),
        ),
        Step(
            "Measure how the new one ages, write its document, and say who decided what.",
            (
                "leadline run decay",
                "leadline report --model --to model.html",
                'leadline decide ship go --why "REASON"',
            ),
        ),
    )
