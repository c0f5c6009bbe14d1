"""The filter learns from examples, says why, and knows when it knows too little."""

import random

from comments.rules.learned import MIN_OF_EACH, Example, cross_validate, tokens, train

GOOD = "the report says port pilots work long nights and the council knew what the figures were".split()
BAD = "buy cheap pills casino bonus click here subscribe to my channel free money now".split()


def examples(count: int = MIN_OF_EACH, *, seed: int = 1) -> list[Example]:
    chance = random.Random(seed)
    good = [Example(" ".join(chance.choices(GOOD, k=12)), is_spam=False) for _ in range(count)]
    bad = [Example(" ".join(chance.choices(BAD, k=10)) + " http://spam.example/", is_spam=True) for _ in range(count)]
    return good + bad


def test_it_tells_spam_from_replies_and_names_the_words() -> None:
    counts = train(examples())
    spam = counts.opinion("Click here for a casino bonus http://spam.example/x")
    good = counts.opinion("The council knew the figures of the report")
    assert spam.spam > 0.95
    assert good.spam < 0.05
    assert "link to spam.example" in spam.words
    assert good.words == []


def test_it_is_silent_until_it_has_seen_enough_of_both() -> None:
    assert train(examples(MIN_OF_EACH)).is_ready
    assert not train(examples(MIN_OF_EACH)[1:]).is_ready


def test_words_never_seen_say_nothing() -> None:
    assert train(examples()).opinion("Xylophon zither").spam == 0.5
    assert train(examples()).opinion("").spam == 0.5


def test_the_measure_is_of_replies_that_it_had_not_seen() -> None:
    measure = cross_validate(examples())
    assert measure is not None
    assert measure.accuracy > 0.95
    chance = random.Random(2)
    noise = [Example(f"{chance.random()} {chance.random()}", is_spam=chance.random() < 0.5) for _ in range(200)]
    by_chance = cross_validate(noise)
    assert by_chance is not None
    assert by_chance.accuracy < 0.7
    assert cross_validate(examples(3)) is None


def test_each_thing_in_a_text_counts_once() -> None:
    seen = tokens("FREE FREE MONEY!!! $5 http://www.X.example/a http://www.x.example/b")
    assert len(seen) == len(set(seen))
    assert {"free", "free free", "link to x.example", "[a link]", "[capitals]", "[!!!]", "[a price]"} <= set(seen)
