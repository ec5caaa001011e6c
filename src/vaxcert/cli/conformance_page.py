"""The results of a conformance run as one page of HTML that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from vaxcert.adapters.conformance.judging import COMPARED_WHEN_DECLARED, FINDINGS, REASONS, Mark
from vaxcert.adapters.conformance.running import ConformanceRun, Result
from vaxcert.cli.drawing import TITLE_SIZE, Box, Drawing, Label, svg
from vaxcert.cli.output import printable
from vaxcert.presentation.texts import Texts

_COLOURS: Final = {Mark.PASS: "#2e7d32", Mark.FAIL: "#c62828", Mark.SKIP: "#9aa0a6"}
_PARTS: Final = ("outcome", REASONS, "others", FINDINGS)
_WIDTH: Final = 960
_LEFT: Final = 190
_RIGHT: Final = 130
_MARGIN: Final = 16
_TOP: Final = 64
_ROW_HEIGHT: Final = 26
_BAR_HEIGHT: Final = 16

_STYLE: Final = """
body { font: 16px/1.5 sans-serif; color: #202124; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse } th, td { text-align: left; padding: .2rem .8rem .2rem 0 }
td.number { text-align: right; font-variant-numeric: tabular-nums }
article { border-top: 1px solid #dadce0; padding: .5rem 0 } h3 { margin: .3rem 0; font-size: 1rem }
pre { background: #f1f3f4; padding: .6rem; margin: .2rem 0; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere }
.fail { color: #c62828 } .pass { color: #2e7d32 }
"""


def page(made: ConformanceRun, texts: Texts) -> str:
    """The whole page."""
    name = f"{made.hello.name} {made.hello.version}" if made.hello else texts.get("conformance", "unnamed")
    title = escape(texts.get("conformance", "title", name=name))
    parts = [
        f'<!DOCTYPE html>\n<html lang="{texts.language}">\n<head><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>',
        f"<h1>{title}</h1>",
        *(f"<p>{escape(line)}</p>" for line in _summary(made, texts)),
        _verdict(made, texts),
        svg(picture(made, texts)).decode(),
        _table(made, texts),
        *_sections(made, texts),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def picture(made: ConformanceRun, texts: Texts) -> Drawing:
    """A bar for each family, of what passed, failed and was skipped."""
    families = sorted(made.families().items())
    unit = (_WIDTH - _LEFT - _RIGHT) / max((sum(counts.values()) for _, counts in families), default=1)
    boxes: list[Box] = []
    labels = [Label(_MARGIN, 24, texts.get("conformance", "vectors", **_counted(made)), TITLE_SIZE)]
    for position, mark in enumerate(Mark):
        start = _LEFT + position * 150
        boxes.append(Box(start, 42, 12, 12, _COLOURS[mark]))
        labels.append(Label(start + 18, 48, f"{texts.get('conformance', mark)} {made.count(mark)}"))
    for position, (name, counts) in enumerate(families):
        middle = _TOP + (position + 0.5) * _ROW_HEIGHT
        labels.append(Label(_MARGIN, middle, name))
        left = float(_LEFT)
        for mark in Mark:
            boxes.append(
                Box(left, middle - _BAR_HEIGHT / 2, counts[mark] * unit, _BAR_HEIGHT, _COLOURS[mark])
            )
            left += counts[mark] * unit
        labels.append(Label(left + 8, middle, " / ".join(str(counts[mark]) for mark in Mark)))
    return Drawing(_WIDTH, _TOP + len(families) * _ROW_HEIGHT + _MARGIN, tuple(boxes), tuple(labels))


def _counted(made: ConformanceRun) -> dict[str, Any]:
    return {"version": made.version, "count": len(made.results)}


def compared(made: ConformanceRun, texts: Texts) -> str:
    """What of the answers was compared, as a sentence."""
    words = ", ".join(texts.get("conformance", f"part-{part}") for part in parts_compared(made))
    return texts.get("conformance", "compared", parts=words)


def parts_compared(made: ConformanceRun) -> list[str]:
    """What of the answers was compared, in its order: `reasons` and `findings` where they were declared."""
    features = made.hello.features if made.hello else frozenset()
    return [part for part in _PARTS if part in features or part not in COMPARED_WHEN_DECLARED]


def _summary(made: ConformanceRun, texts: Texts) -> Iterable[str]:
    yield compared(made, texts)
    if made.ending is not None:
        yield texts.get("conformance", "ending", what=printable(made.ending))


def _verdict(made: ConformanceRun, texts: Texts) -> str:
    mark, key = (Mark.PASS, "passed") if made.is_passed else (Mark.FAIL, "not-passed")
    return f'<p class="{mark}"><strong>{escape(texts.get("conformance", key))}</strong></p>'


def _table(made: ConformanceRun, texts: Texts) -> str:
    heading = "".join(f"<th>{escape(texts.get('conformance', key))}</th>" for key in ("family", *Mark))
    total = (texts.get("conformance", "all"), {mark: made.count(mark) for mark in Mark})
    rows = [
        f"<tr><td>{escape(name)}</td>"
        + "".join(f'<td class="number">{counts[mark]}</td>' for mark in Mark)
        + "</tr>"
        for name, counts in (*sorted(made.families().items()), total)
    ]
    return f"<table><thead><tr>{heading}</tr></thead>\n<tbody>{''.join(rows)}</tbody></table>"


def _sections(made: ConformanceRun, texts: Texts) -> Iterable[str]:
    for mark, key in ((Mark.FAIL, "failures"), (Mark.SKIP, "skips")):
        of_mark = made.marked(mark)
        if of_mark:
            yield f"<h2>{escape(texts.get('conformance', key))} ({len(of_mark)})</h2>"
        if mark is Mark.FAIL:
            yield from (_failed(result, texts) for result in of_mark)
        elif of_mark:
            yield f"<ul>{''.join(map(_skipped, of_mark))}</ul>"


def _failed(result: Result, texts: Texts) -> str:
    vector, verdict = result.vector, result.verdict
    importance = f"{texts.get('conformance', 'importance')}: {vector['importance']}"
    about = f"{importance}; {', '.join(vector['requirements'])}"
    got = texts.get("conformance", "nothing") if result.answer is None else _json(result.answer)
    return (
        f'<article><h3>{escape(vector["id"])} <span class="fail">{verdict.problem}</span></h3>\n'
        f"<p>{escape(vector['description'])} ({escape(about)})<br>{escape(printable(verdict.detail))}</p>\n"
        f"{escape(texts.get('conformance', 'expected'))}<pre>{escape(_json(vector['expected']))}</pre>\n"
        f"{escape(texts.get('conformance', 'got'))}<pre>{escape(got)}</pre></article>"
    )


def _skipped(result: Result) -> str:
    verdict = result.verdict
    return f"<li>{escape(result.vector['id'])}: {verdict.problem} {escape(printable(verdict.detail))}</li>\n"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
