"""The list of controls to take away (mutants.py) speaks of the code as it is now."""

import pytest

from tests.faults.mutants import ROOT, Mutant, mutants


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_a_mutant_changes_something_that_is_there(mutant: Mutant) -> None:
    for file, text, instead in mutant.changes:
        assert text in (ROOT / file).read_text(encoding="utf-8"), file
        assert text != instead
