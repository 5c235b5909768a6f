"""``leadline crowd``: paid work on a crowd platform."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.engines.crowd_platform import Cost, Platform, Study

_DOINGS = ("cost", "draft", "publish", "status", "approve", "reject", "return")
_AWAITS = "AWAITING REVIEW"


@verb("crowd", may=(Action.BUY,), example="leadline crowd cost --reward 150 --places 20")
@click.argument("doing", type=click.Choice(_DOINGS))
@click.argument("target", default="")
@click.option("--on", "platform", default="prolific", show_default=True, help="The platform.")
@click.option("--api", default="", help="Address of its API  [default: the platform's own]")
@click.option("--url", default="", metavar="URL", help="With 'draft': where people label.")
@click.option("--name", default="", help="With 'draft': its name  [default: the question]")
@click.option("--reward", type=click.IntRange(1), help="Cents for one place.")
@click.option("--places", type=click.IntRange(1), help="How many people.")
@click.option("--minutes", type=click.IntRange(1), default=10, show_default=True,
              help="How long one person will need.")  # fmt: skip
@click.option("--payer", type=click.Choice(["company", "academic"]), default="company",
              show_default=True, help="Whose account pays: the fee follows from it.")  # fmt: skip
@click.option(
    "--currency", default="", help="Currency of the account there  [default: the project's]"
)
@click.option("--vat", default="0", help="Percent of tax on the fee  [default: 0]")
@click.option("--why", default="", help="With 'reject' and 'return': what the person is told.")
@click.option("--yes", is_flag=True, help="Spend without asking, for scripts.")
@click.option("--dry-run", is_flag=True, help="Say what it costs, and do nothing.")
def command(doing: str, target: str, folder: Path, as_json: bool, **options: Any) -> None:
    """Offer paid labelling, and pay for it.

    'cost' says what it costs and needs no token; 'draft' makes a study that nobody sees yet;
    'publish STUDY' lets people in; 'status STUDY' lists what they handed in; 'approve STUDY' pays
    for all that waits with the right code; 'reject' and 'return' are for one SUBMISSION and tell
    the person --why.

    What spends money asks first. The token is read from PROLIFIC_API_TOKEN.
    """
    from leadline.engines.loading import load

    options["currency"] = options["currency"] or _currency(folder)
    kind = load("platforms", options["platform"])
    if doing == "cost" or (doing == "draft" and options["dry_run"]):
        study = _study(options, folder)
        _say_cost(study, _cost(options, study, kind), options["currency"], as_json=as_json)
        return
    platform: Platform = kind(options["api"]) if options["api"] else kind()
    if doing == "draft":
        _draft(platform, options, folder, as_json=as_json)
        return
    if not target:
        raise click.UsageError(f"Name what to {doing}.")
    if doing in ("reject", "return"):
        if not options["why"]:
            raise click.UsageError("Say --why: the person reads it.")
        (platform.reject if doing == "reject" else platform.ask_back)(target, options["why"])
        _said({doing: target}, f"{doing}: {target}", as_json=as_json)
        return
    {"publish": _publish, "status": _status, "approve": _approve}[doing](
        platform, target, options, as_json=as_json
    )


def _draft(platform: Platform, options: dict[str, Any], folder: Path, *, as_json: bool) -> None:
    if not options["url"].startswith(("https://", "http://")):
        raise click.UsageError("Name --url: where people label, such as https://example.org/label.")
    study = _study(options, folder)
    offer = platform.draft(study)
    cost = _cost(options, study, type(platform))
    _said(
        vars(offer) | {"cost": cost.total, "currency": options["currency"]},
        f"{offer.id} is {offer.status}. {_costs(cost, options['currency'])}\n"
        f"People finish with the code {offer.code}. Next: leadline crowd publish {offer.id}",
        as_json=as_json,
    )


def _publish(platform: Platform, study_id: str, options: dict[str, Any], *, as_json: bool) -> None:
    from leadline.engines.crowd_platform import Study
    from leadline.errors import EngineError

    offer = platform.offer(study_id)
    study = Study(
        name=offer.name, description="", url="", reward=offer.reward, places=offer.places, minutes=1
    )
    cost, currency = _cost(options, study, type(platform)), options["currency"]
    total = _money(cost.total, currency)
    if not as_json or options["dry_run"]:
        _say_cost(study, cost, currency, as_json=as_json)
    if offer.total is not None and offer.total > cost.total:
        raise EngineError(
            f"The platform's cost is {_money(offer.total, currency)}, more than {total}.",
            "Both must agree before money is spent.",
            "Name the fee and the tax of your account with --payer and --vat.",
        )
    if options["dry_run"]:
        return
    _ask(options, f"Publish, and spend up to {total}?")
    offer = platform.publish(study_id)
    said = vars(offer) | {"currency": currency}
    _said(said, f"{offer.id} is {offer.status}.", as_json=as_json)


def _status(platform: Platform, study_id: str, options: dict[str, Any], *, as_json: bool) -> None:
    offer, handed_in = platform.offer(study_id), platform.submissions(study_id)
    lines = [f"{each.id}  {each.status}  {each.judge}  {each.seconds:.0f} s" for each in handed_in]
    reward = _money(offer.reward, options["currency"])
    head = (
        f"{offer.name} is {offer.status}; {offer.taken} of {offer.places} places are taken, "
        f"at {reward} each."
    )
    submissions = [vars(each) for each in handed_in]
    _said(
        vars(offer) | {"currency": options["currency"], "submissions": submissions},
        "\n".join([head, *lines]),
        as_json=as_json,
    )


def _approve(platform: Platform, study_id: str, options: dict[str, Any], *, as_json: bool) -> None:
    offer = platform.offer(study_id)
    waiting = [each for each in platform.submissions(study_id) if each.status == _AWAITS]
    # submissions with another code, or none, are left for a person to check
    good = [each for each in waiting if each.code == offer.code]
    reward = _money(offer.reward, options["currency"])
    if good and not options["dry_run"]:
        _ask(options, f"Pay {len(good)} people {reward} each?")
        for each in good:
            platform.approve(each.id)
    others = [each.id for each in waiting if each.code != offer.code]
    doing = "would be paid" if options["dry_run"] else "paid"
    left = f" Another code, to be looked at: {', '.join(others)}." if others else ""
    _said(
        {"approved": [each.id for each in good], "left": others, "dry_run": options["dry_run"]},
        f"{len(good)} {doing}, {reward} each.{left}",
        as_json=as_json,
    )


def _study(options: dict[str, Any], folder: Path) -> Study:
    from leadline.engines.crowd_platform import Study

    if options["reward"] is None or options["places"] is None:
        raise click.UsageError("Name --reward (cents for one place) and --places.")
    name = options["name"] or (_question(folder) if options["url"] else "")
    return Study(
        name=name,
        description=name,
        url=options["url"],
        reward=options["reward"],
        places=options["places"],
        minutes=options["minutes"],
    )


def _question(folder: Path) -> str:
    from leadline.services.queries import question_of
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        return question_of(workspace).text


def _cost(options: dict[str, Any], study: Study, kind: Any) -> Cost:
    from leadline.engines.crowd_platform import cost_of

    try:
        vat = Fraction(options["vat"]) / 100
    except (ValueError, ZeroDivisionError):
        vat = Fraction(-1)
    if not 0 <= vat <= 1:
        raise click.UsageError("--vat is a number of percent, such as 20.")
    return cost_of(study, fee=dict(kind.fees)[options["payer"]], vat=vat)


def _say_cost(study: Study, cost: Cost, currency: str, *, as_json: bool) -> None:
    told = {
        "rewards": cost.rewards,
        "fee": cost.fee,
        "vat": cost.vat,
        "total": cost.total,
        "currency": currency,
    }
    text = f"{study.places} places at {_money(study.reward, currency)}. {_costs(cost, currency)}"
    _said(told, text, as_json=as_json)


def _costs(cost: Cost, currency: str) -> str:
    rewards, fee, vat, total = (
        _money(cents, currency) for cents in (cost.rewards, cost.fee, cost.vat, cost.total)
    )
    return f"Rewards {rewards} + fee {fee} + VAT {vat} = {total}."


def _money(cents: int, currency: str) -> str:
    """In whole units of the account's currency; no float may round it."""
    return f"{cents // 100:,}.{cents % 100:02d} {currency}"


def _currency(folder: Path) -> str:
    """The project's currency; where there is no project, what a new one would have."""
    from leadline.settings import load_settings
    from leadline.settings.sections import ProblemSettings
    from leadline.workspace import SETTINGS_FILE

    file = folder / SETTINGS_FILE
    return (load_settings(file).problem if file.is_file() else ProblemSettings).currency


def _ask(options: dict[str, Any], question: str) -> None:
    if not options["yes"]:
        click.confirm(question, abort=True, err=True)


def _said(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        echo_json(value)
    else:
        click.echo(text)
