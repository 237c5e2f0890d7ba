"""What every row is given."""

from __future__ import annotations

from dataclasses import dataclass

from archives import Archives
from programs import Programs


@dataclass(frozen=True)
class Context:
    archives: Archives
    programs: Programs
    # How many rounds of floor and product there are.
    pairs: int
    # The package traits that the product is built with, separated by commas.
    traits: str
