"""Words that stand for no value in most files."""

IN_WORDS = frozenset(
    {"", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "?", "\\N"}
)
"""In any column: never a class or a category."""

IN_NUMBERS = frozenset(
    {
        "", "na", "n/a", "#n/a", "<na>", "nan", "null", "nil", "none", "-", "--", "–", "?", ".",
        "missing", "\\n", "unknown", "nat", "inf", "-inf", "infinity", "#div/0!", "#value!",
        "#ref!", "#null!", "#num!",
    }
)  # fmt: skip
"""In columns of numbers and dates, in lower case; elsewhere perhaps a class: "-" beside "+"."""
