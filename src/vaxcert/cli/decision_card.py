"""A decision about a traveller as a card: what to do, why, and what the certificates say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vaxcert.cli.output import Colour, Output
from vaxcert.decision import Decision, DecisionReason, Verdict
from vaxcert.presentation.decision_json import reason_sentence
from vaxcert.presentation.texts import Texts
from vaxcert.rules.acceptance import RuleResult
from vaxcert.rules.dose_history import Dose

_SYMBOLS: Final = {Verdict.ACCEPT: "✔", Verdict.REFER: "?", Verdict.REFUSE: "✘"}
_COLOURS: Final = {
    Verdict.ACCEPT: Colour.GREEN,
    Verdict.REFER: Colour.YELLOW,
    Verdict.REFUSE: Colour.RED,
}
_REMARK: Final = "·"


def write_decision(output: Output, texts: Texts, decision: Decision, sources: Sequence[str]) -> None:
    """Write what was decided; the cards of the certificates follow it.

    Args:
        output: Where.
        texts: The words of the user's language.
        decision: About one traveller.
        sources: Where each certificate came from.
    """
    verdict = decision.verdict
    output.rule("═")
    output.line(f"{_SYMBOLS[verdict]} {texts.get('headline', verdict)}", _COLOURS[verdict])
    output.paragraph(texts.get("advice", verdict), mark="  ")
    for reason in decision.reasons:
        symbol = _REMARK if reason.verdict is Verdict.ACCEPT else _SYMBOLS[reason.verdict]
        output.labelled(symbol, _reason(reason, decision, texts, sources), mark="", label_width=2)
    for label, values in _facts(decision, texts):
        output.labelled(texts.get("field", label), *values)


def _reason(reason: DecisionReason, decision: Decision, texts: Texts, sources: Sequence[str]) -> str:
    """Its sentence and code; which certificate it is about, where there are several."""
    about = "" if reason.certificate is None or len(sources) < 2 else f" ({sources[reason.certificate]})"
    codes = f"{reason.code} {reason.detail}".rstrip()
    return f"{reason_sentence(reason, decision, texts)} [{codes}]{about}"


def _facts(decision: Decision, texts: Texts) -> Iterator[tuple[str, list[str]]]:
    identity, rules, history = decision.identity, decision.rules, decision.history
    if identity is not None:
        codes = [f"{texts.get('identity', code)} [{code}]" for code in identity.codes]
        yield "compared", [texts.get("identity-grade", identity.grade), *codes]
    if rules is not None:
        passed = [one for one in rules.outcomes if one.result is RuleResult.PASSED]
        country = texts.code_name(rules.country, "countries")
        counts = texts.get("card", "rules-met", passed=len(passed), total=len(rules.outcomes))
        yield "entry-rules", [f"{country}: {counts}"]
    if history is not None and history.doses:
        yield "doses", [_dose(dose, texts) for dose in history.doses]
    yield "checked-for", [texts.moment(decision.at)]


def _dose(dose: Dose, texts: Texts) -> str:
    given = dose.vaccination
    number = "" if given.dose_number is None else str(given.dose_number)
    if given.dose_number is not None and given.doses_in_series is not None:
        number = texts.get("card", "dose-of", number=given.dose_number, series=given.doses_in_series)
    parts = (number, texts.day(given.vaccinated_on), texts.code_name(given.product, "products"))
    return " · ".join(filter(None, parts)) or texts.get("card", "not-stated")
