"""Make knowledge/words.npz from question sets: which words are whose, where letters leave two languages possible.

    python -m benchmarks.knowledge_words ../shared/kb

It takes some seconds and no model. The figures of `benchmarks.knowledge_figures` are fitted with these words in use, so
that they come first.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.knowledge_figures import language_texts, read_sets
from knowledge.figures import WORDS, save_figures
from knowledge.languages import learn_usage, plain_words

# Twice as many tell Croatian from Slovenian almost a point better, for twice the memory; half as many a point worse.
MOST_WORDS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", type=Path, help="folder with the question sets")
    parser.add_argument("--out", type=Path, default=WORDS)
    options = parser.parse_args()
    languages, words, log_shares = learn_usage(
        language_texts(read_sets(options.sets)), plain_words, MOST_WORDS
    )
    table = {
        "languages": np.array(languages),
        "words": np.array(words),
        "log_shares": log_shares.astype(np.float16),
    }
    save_figures(options.out, table)
    print(f"{options.out}: {len(words)} words, {options.out.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
