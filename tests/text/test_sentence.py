from __future__ import annotations

import copy
import pickle

from twisted.python.failure import Failure

from app.text.sentence import Sentence, code_of, composed, without_stop


def taken() -> Sentence:
    holder = Sentence("another-program", "another program")
    return Sentence("port-in-use", "Port {port} is in use by {holder}.", port=8007, holder=holder)


def test_it_is_its_english_text() -> None:
    assert taken() == "Port 8007 is in use by another program."
    assert f"{taken()}" == str(taken())


def test_it_keeps_its_code_and_parts() -> None:
    sentence = taken()
    assert sentence.code == "port-in-use"
    assert sentence.template == "Port {port} is in use by {holder}."
    assert sentence.parameters["port"] == 8007
    assert code_of(sentence.parameters["holder"]) == "another-program"


def test_a_value_that_is_no_text_and_no_number_is_kept_as_text() -> None:
    assert Sentence("x", "{error}", error=ValueError("boom")).parameters == {"error": "boom"}


def test_fields_have_format_specifications() -> None:
    assert Sentence("x", "{count:,} of {name!r}", count=1234, name="a") == "1,234 of 'a'"


def test_the_text_of_an_exception_is_the_sentence_itself() -> None:
    assert code_of(str(ValueError(taken()))) == "port-in-use"
    assert code_of(Failure(ValueError(taken())).getErrorMessage()) == "port-in-use"


def test_an_exception_as_a_value_counts_as_its_sentence() -> None:
    outer = Sentence("not-saved", "Not saved: {error}", error=ValueError(taken()))
    assert code_of(outer.parameters["error"]) == "port-in-use"


def test_composed_sentences_have_the_code_of_the_first_that_has_one() -> None:
    both = composed("{path}: {message}", path="a.toml", message=taken())
    assert both == "a.toml: Port 8007 is in use by another program."
    assert both.code == "port-in-use"
    assert composed("{path}: {message}", path="a", message="b").code == ""


def test_a_capital_changes_the_text_alone() -> None:
    low = Sentence("is-off", "{it} is off", it="it")
    assert low.capitalized() == "It is off"
    assert low.capitalized().template == low.template


def test_other_text_has_no_code() -> None:
    assert code_of("boom") == ""
    assert code_of(None) == ""


def test_it_can_be_copied_and_pickled() -> None:
    for same in (copy.deepcopy(taken()), pickle.loads(pickle.dumps(taken()))):
        assert same == taken()
        assert same.code == "port-in-use"
        assert same.parameters == taken().parameters


def test_a_sentence_can_be_a_part_of_another_without_its_full_stop() -> None:
    part = without_stop(taken())
    assert part == "Port 8007 is in use by another program"
    assert code_of(part) == "port-in-use"
    assert without_stop("boom.") == "boom"
