"""What each figure means: one sentence, one rule, one owner, whichever report shows it."""
