"""Published list formats, one module each. All give `ListReading`: the keys that could be read, and what could not."""
