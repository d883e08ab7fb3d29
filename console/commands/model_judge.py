"""`unsilo model evaluate` and `sample`: how good a model is, and the pairs that people judge to find out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.options import Call, Command, actor_option, json_option
from console.output import number, print_json, visible

if TYPE_CHECKING:
    from flows.hub import Hub
    from unified_model.identity.learning.calibrate import Band
    from unified_model.use_cases.models.evaluating import Evaluation
    from unified_model.use_cases.models.sampling import Said
    from unified_model.use_cases.models.scores import ClusterScores, LabelScores, Share

WIDTH = 40
ADVISED = 20
ANSWERS = click.Choice(["s", "same", "d", "different", "skip", "q", "quit"])


@click.command(
    cls=Command,
    short_help="How good a model is, with intervals.",
    examples="""
    unsilo model evaluate person-shipped
    unsilo model evaluate person-trained-1 --truth truth.csv
    unsilo model evaluate person-trained-1 --json
    """,
)
@click.argument("name", metavar="MODEL")
@click.option(
    "--truth", type=click.Path(path_type=Path), help="CSV: file, record_id, person_id and perhaps company_id."
)
@json_option
@click.pass_obj
def evaluate(call: Call, name: str, truth: Path | None, as_json: bool) -> None:
    """Precision and recall of a model with 95 % intervals, and how far its probabilities can be believed.

    By the pairs that people judged blindly (`unsilo model sample`) and by decisions, or by a truth file. Judged is the
    machine alone, without any decision.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from unified_model.use_cases.models.evaluating import evaluate_model

    with open_hub(call.settings(), upgrade="never") as hub, watching(quiet=True) as watch:
        told = evaluate_model(hub.store, name, clock=hub.clock, truth=truth, progress=watch.progress("evaluate"))
    print_json(asdict(told)) if as_json else show_evaluation(told)


@click.command(
    cls=Command,
    short_help="Draw pairs blindly, and judge them.",
    examples="""
    unsilo model sample --pairs 400
    unsilo model sample --answer
    unsilo model sample --json > pairs.json
    unsilo model sample --answers answers.csv
    """,
)
@click.option("--kind", type=click.Choice(["person", "organization"]), help="Only this kind (drawing: default person).")
@click.option("--pairs", type=click.IntRange(1, 10_000), help="Draw so many pairs.")
@click.option("--seed", default=1, show_default=True, type=int, help="For drawing.")
@click.option("--answer", "ask", is_flag=True, help="Ask for an answer, pair by pair.")
@click.option("--answers", type=click.Path(path_type=Path), help="Take answers from a CSV file: number, answer.")
@actor_option
@json_option
@click.pass_obj
def sample(
    call: Call, kind: str | None, pairs: int | None, seed: int, ask: bool, answers: Path | None, actor: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Draw pairs of records by chance, and judge them: same, different, or skip.

    Pairs come from all kinds of pairs, mixed: joined by the machine, just above and below the threshold, doubtful,
    apart. What the machine thinks of a pair is not shown. Answers measure and train models; they change no customer.
    Without --pairs, --answer or --answers it lists the pairs that wait for an answer.
    """
    from flows.hub import open_hub
    from unified_model.use_cases.models.sampling import answer_questions, open_questions, read_answers

    with open_hub(call.settings(), upgrade="never") as hub:
        if answers is not None:
            done = answer_questions(hub.store, read_answers(answers), actor=actor, clock=hub.clock)
            print_json(done) if as_json else _show_said(done)
            return
        if pairs is not None:
            _draw(hub, kind or "person", pairs, seed, actor, as_json=as_json and not ask)
            if as_json or not ask:
                return
        waiting = open_questions(hub.store, kind)
        if as_json:
            print_json([{**one, "answer": None} for one in waiting])
        elif ask:
            _ask(hub, waiting, actor)
        else:
            _list(waiting)


def _draw(hub: Hub, kind: str, pairs: int, seed: int, actor: str, *, as_json: bool) -> None:
    from console.progress import watching
    from unified_model.use_cases.models.sampling import draw_sample

    with watching(quiet=True) as watch:
        drawn = draw_sample(
            hub.store, kind, pairs, seed=seed, actor=actor, clock=hub.clock, progress=watch.progress("sample")
        )
    if as_json:
        print_json(drawn)
        return
    known = f"; {drawn.answered} of them are answered already" if drawn.answered else ""
    click.echo(f"{number(drawn.pairs, 'pair')} drawn out of {sum(drawn.sizes.values()):,}{known}.")
    click.echo("`unsilo model sample --answer` asks for each; `--json` and `--answers FILE` do it by file.")


def _list(waiting: Sequence[Mapping[str, Any]]) -> None:
    if not waiting:
        click.echo("No pair waits for an answer. `unsilo model sample --pairs 400` draws some.")
        return
    for one in waiting[:20]:
        _show_pair(one)
    more = f"The first 20 of {len(waiting):,}. " if len(waiting) > 20 else ""
    click.echo(f"\n{more}`unsilo model sample --answer` asks for each.")


def _ask(hub: Hub, waiting: Sequence[Mapping[str, Any]], actor: str) -> None:
    from unified_model.use_cases.models.sampling import SAID, answer_question

    for place, one in enumerate(waiting, 1):
        click.echo(f"\n{place} of {len(waiting)}")
        _show_pair(one)
        said = click.prompt("The same? (s)ame, (d)ifferent, skip, (q)uit", type=ANSWERS, show_choices=False)
        if said in ("q", "quit"):
            click.echo("The others wait.")
            return
        done = answer_question(hub.store, one["number"], str(SAID[said]), actor=actor, clock=hub.clock)
        if done.advice:
            click.echo(visible(f"The customers say otherwise today; to change them: {done.advice}"))
    click.echo("\nEvery pair is answered. `unsilo model train` learns from them, `unsilo model evaluate` measures.")


def _show_pair(one: Mapping[str, Any]) -> None:
    """Both records, field by field, side by side; nothing of what the machine thinks of them."""
    sides = one["a"], one["b"]
    click.echo(f"pair {one['number']}")
    names = list(dict.fromkeys(name for side in sides for name in side))
    for name in names:
        mine, other = (visible(str(side.get(name, ""))) for side in sides)
        click.echo(f"  {name.replace('_', ' '):<12} {mine:<{WIDTH}}  {other}")


def _show_said(done: Sequence[Said]) -> None:
    click.echo(f"{number(len(done), 'answer')} kept.")
    advised = [one for one in done if one.advice]
    if advised:
        click.echo("The customers say otherwise today; to change them:")
    for one in advised[:ADVISED]:
        click.echo(visible(f"  pair {one.number}: {one.advice}"))
    if len(advised) > ADVISED:
        click.echo(f"  and {len(advised) - ADVISED:,} more; `--json` lists them all")


def show_evaluation(told: Evaluation) -> None:
    """Figures in sentences, then the reliability picture."""
    click.echo(f"{told.model}, which merges {told.kind}s from {told.merge / 1000:+.1f} bits, without any decision:")
    if told.truth is not None:
        _show_truth(told.truth)
        _show_bands(told.truth_bands)
    if told.blind is not None:
        click.echo(f"\nBy {number(told.blind.labels, 'pair')} drawn blindly ({told.blind.same} the same),")
        click.echo("which stand for every pair of the store that was compared or joined:")
        _show_labels(told.blind)
        if told.seen:
            flattered = f"It was trained on {told.seen:,} of these pairs, so these figures flatter it."
            click.echo(
                f"\n  {flattered}{_held_out(told.held_out)}\n  New pairs are a fair trial: `unsilo model sample`."
            )
    elif told.others is not None:
        click.echo("\nNo pair was judged blindly, so nothing is known of the store as a whole: `unsilo model sample`.")
    if told.others is not None:
        click.echo(f"\nBy {number(told.others.labels, 'pair')} of decisions and merges in source systems, which were")
        click.echo("not drawn by chance and speak for themselves alone:")
        _show_labels(told.others)


def _held_out(precision: Mapping[str, float] | None) -> str:
    if precision is None:
        return ""
    lower, upper = precision["lower"], precision["upper"]
    return f" Pairs left out in turn gave precision {precision['share']:.3f} ({lower:.3f} to {upper:.3f})."


def _show_truth(told: ClusterScores) -> None:
    click.echo(
        f"  {number(told.records, 'record')} of the truth file: {told.customers:,} customers for {told.owners:,} true "
        f"ones, the largest of {number(told.largest, 'record')}"
    )
    click.echo(f"  precision {_share(told.precision)}: of the pairs it puts together, those that belong together")
    click.echo(f"  recall    {_share(told.recall)}: of the pairs that belong together, those it puts together")
    click.echo(f"  F1 {told.f1:.3f}, B-cubed F1 {told.b_cubed:.3f}")


def _show_labels(told: LabelScores) -> None:
    click.echo(f"  precision {_share(told.precision)}: of the pairs it joins, those that are the same")
    click.echo(f"  recall    {_share(told.recall)}: of the pairs that are the same, those it joins")
    _show_bands(told.bands)


def _show_bands(bands: Sequence[Band]) -> None:
    """What the model tells beside what is so, a line for each range of weights."""
    if not bands:
        return
    click.echo(f"\n  {'bits':>13}  {'pairs':>9}  told  true  0 %{' ' * (WIDTH - 8)}100 %")
    for one in bands:
        picture = [" "] * (WIDTH + 1)
        for place in range(round(one.lower * WIDTH), round(one.upper * WIDTH) + 1):
            picture[place] = "="
        picture[round(one.share * WIDTH)] = "o"
        told = round(one.told * WIDTH)
        picture[told] = "*" if picture[told] == "o" else "|"
        span = f"{one.low / 1000:+.1f}..{one.high / 1000:+.1f}"
        click.echo(f"  {span:>13}  {one.pairs:>9,}  {one.told:4.0%}  {one.share:4.0%}  {''.join(picture).rstrip()}")
    click.echo("  told by the model |, so in fact o (both *), 95 % interval ===")


def _share(share: Share | None) -> str:
    return "unknown (no such label)" if share is None else f"{share.share:.3f} ({share.lower:.3f} to {share.upper:.3f})"
