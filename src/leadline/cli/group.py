"""The group of verbs, each imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

SECTIONS = {
    "Begin": {
        "doctor": "Check that everything Leadline needs is there.",
        "demo": "Run a whole project on real data.",
        "init": "Make a workspace from a file of data.",
    },
    "Compute, and see where it stands": {
        "run": "Compute what is missing or stale: stages, rows, or everything.",
        "cancel": "End a job that waits or runs.",
        "status": "Where the project stands, and what to do next.",
        "data": "How each column was read, and what it is used for.",
        "importance": "What the chosen candidate leans on: columns, and words of texts.",
        "report": "Write a report, or the model document.",
        "export": "Write the record, labels or rows to a file; trials to MLflow.",
    },
    "Pages": {
        "up": "Serve the pages, and compute what people ask for on them.",
        "web": "Serve the pages alone.",
        "worker": "Compute what people ask for on pages that are served elsewhere.",
    },
    "Decide": {
        "brief": "What a decision on a stage needs: advice, money, time, choices, warnings.",
        "decide": "Say go, back or stop after a stage, and why.",
        "compare": "What differs between two entries of a row.",
        "comment": "Say something on an entry, a stage or the project, and name people.",
    },
    "Money and time": {
        "plan": "What some budgets would buy, before any of them is spent.",
        "costs": "What the project has cost, by stage: spent, committed, left.",
        "timeline": "Where the project was when, what it waited for, and when it may end.",
        "work": "What shipping and watching takes: hours, owners, dates, and whether they hold.",
        "portfolio": "Every model on one line: state, money, hours, and what is due.",
    },
    "Label, by people or machines": {
        "label": "Label rows one by one.",
        "invite": "Links by which people come to label or to judge.",
        "votes": "Write items and votes for labelling elsewhere, and bring votes in.",
        "crowd": "Offer paid labelling on a crowd platform, and pay for it.",
        "machine": "Language models that answer for money: cost, labels, whether they may label.",
    },
    "Judge and choose": {
        "review": "Judge rows of the real stream, then choose an operating point.",
    },
    "Releases": {
        "releases": "Every release, which is in service or its candidate, and how that changed.",
        "check": "Whether a release is still whole, and opens and answers as it did.",
        "candidate": "Try a release beside the one in service.",
        "promote": "Put the candidate into service.",
        "rollback": "Put an earlier release back into service.",
    },
    "Serve": {
        "score": "Score a file with the release in service.",
        "serve": "Answer HTTP requests with the release in service.",
        "token": "Who may ask a server that others can reach.",
        "capacity": "The plan of capacity, and whether a deployed address keeps it.",
        "package": "Write a release as a folder that another team can run.",
        "deploy": "Write the files that run the release in service elsewhere.",
    },
    "Watch": {
        "watch": "Score new data and compare them with what was learnt from.",
        "alarm": "Alarms of the monitor: list, see, explain or close them.",
        "notify": "What people were told, and whether it arrived.",
        "forget": "Delete the rows of a person from all that was kept of new data.",
    },
    "People and agents": {
        "user": "Who has an account, and in which role: add, list, role, password, disable.",
        "mcp": "Let a coding agent work within an allowance, and answer what it proposes.",
    },
}
VERBS = {name: line for section in SECTIONS.values() for name, line in section.items()}
_WIDTH = max(map(len, VERBS))
_EPILOG = """\
Example: leadline init customers.csv --label churned && leadline run

Every verb shows an example of itself with --help, takes the folder of a project with -C, and prints
JSON with --json. Exit codes: 0 done, 1 refused with a reason, 2 typed wrongly, 3 the answer is
"no", 130 stopped by Ctrl-C.
"""


class _Verbs(click.Group):
    """Every verb with its line of help, none imported before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs, section by section."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command = import_module(f"leadline.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a verb; for an unknown one, suggest the nearest."""
        if args[0] == "help":
            # as other programs have it: "leadline help plan" is "leadline plan --help"
            args = [*(each for each in args if each != "help"), "--help"]
        if args == ["--help"]:
            click.echo(ctx.get_help())
            ctx.exit()
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            ctx.fail(f"There is no verb {name!r}.{_nearest(name)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs of each section with their lines of help."""
        del ctx
        for section, verbs in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(name.ljust(_WIDTH), line) for name, line in verbs.items()])


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, (*VERBS, "--help"), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.version_option(package_name="leadline", message="leadline %(version)s")
def main() -> None:
    """Run a data-science project through its life: define, find, train, apply, ship, watch."""
