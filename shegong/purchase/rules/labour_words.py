"""What a purchase of services can't be for: people's labour (MOF Order 102, art. 10)."""

from typing import Final

# As a pattern, for the database too: whatever else a title says, it speaks of none of these.
LABOUR_WORDS: Final = "劳务派遣|公益性岗位|派遣用工|劳务外包"
