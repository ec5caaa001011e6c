"""Own acceptance rules in a readable TOML form that compiles to CertLogic.

What is coming here: `compile_rules(text) -> tuple[Rule, ...]`, which reads one country's policy (accepted
products, doses, days since a dose, tests, recovery, age exemptions, sentences per language, own CertLogic)
and gives the rules of `vaxcert.rules.acceptance`.
"""
