"""FHIR R4 bundles of Immunization and Patient: read as dose records, and written from them.

Sources: HL7 FHIR R4 (4.0.1); the International Patient Summary (IPS 2.0.1); Viet Nam's national guide
hl7vn/vn-core-ig 1.0.0, whose profiles derive from those of the IPS; WHO's DDCC guide for its extensions. Bundles are
plain JSON objects here, checked as far as a dose record needs it; the R4B models of `fhir.resources` judge them in the
tests.
"""
