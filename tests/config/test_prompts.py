"""The sentences are data: whatever is wrong with them is found before anything starts."""

import shutil
from pathlib import Path

import pytest

from config.prompt_keys import PROMPT_KEYS
from config.prompts import FOLDER, PromptError, load_wording
from rules.gsm7 import to_gsm7


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "prompts")
    return tmp_path / "prompts"


def change(folder: Path, file: str, before: str, after: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(PromptError) as refused:
        load_wording(folder)
    return refused.value.problems


def test_the_product_s_own_sentences_are_complete() -> None:
    wording = load_wording()
    assert wording.sentences.keys() == PROMPT_KEYS.keys()
    assert {tongue.code for tongue in wording.tongues} == {"it", "de", "fr", "es", "pt", "ar"}
    assert wording.say("caller.pin_again") == "Enter your PIN, then press hash."


def test_texts_are_in_the_alphabet_of_texts() -> None:
    for key, sentence in load_wording().sentences.items():
        if key.startswith(("page.", "reply.")) or key.endswith("_sms"):
            assert to_gsm7(sentence) == sentence, key


def test_every_problem_is_named_at_once(folder: Path) -> None:
    change(folder, "en.toml", 'pin_again = "Enter your PIN, then press hash."', 'pin_agian = "Enter {pin}"')
    change(folder, "en.toml", 'who = "{schedule}: {name}"', 'who = "{schedule} {nmae}"')
    change(folder, "en.toml", 'goodbye = "Goodbye."\nno_call', 'goodbye = "Good{bye."\nno_call')
    change(folder, "it.toml", "{key}", "{tasto}")
    change(folder, "fr.toml", "redirect", "redirekt")
    found = "\n".join(problems(folder))
    for expected in (
        "en.toml: caller.pin_again: missing.",
        "en.toml: caller.pin_agian: no such sentence is ever used.",
        "en.toml: reply.who: unknown placeholder {nmae}; it may use: name, schedule.",
        "en.toml: caller.goodbye: ",
        "it.toml: offer: unknown placeholder {tasto}; it may use: key.",
        "fr.toml: redirect: must be a text.",
        "fr.toml: redirekt: unknown.",
    ):
        assert expected in found


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ('""', "must be a text"),
        ("7", "must be a text"),
        ('"{}"', "caller.greeting: "),
        ('"{0}"', "caller.greeting: "),
        ('"}"', "caller.greeting: "),
    ],
)
def test_a_sentence_is_a_text_with_known_placeholders(folder: Path, sentence: str, what: str) -> None:
    greeting = load_wording(folder).sentences["caller.greeting"]
    change(folder, "en.toml", f'greeting = "{greeting}"', f"greeting = {sentence}")
    assert any(what in problem for problem in problems(folder))


def test_files_that_are_missing_or_not_toml_are_named(folder: Path) -> None:
    (folder / "de.toml").write_text("name =", encoding="utf-8")
    (folder / "en.toml").unlink()
    found = problems(folder)
    assert any(problem.startswith("en.toml: ") for problem in found)
    assert any(problem.startswith("de.toml: ") for problem in found)
