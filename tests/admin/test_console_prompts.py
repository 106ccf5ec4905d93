"""The prompts: read by where they are heard, with seconds and segments, and found by their words."""

import re
from html import unescape

import pytest

from config.prompt_keys import PROMPT_KEYS
from config.prompts import load_wording
from models.account import Role
from rules.wording import placeholders
from tests.admin.console_site import open_site
from tests.rules.vendor import POLICY

PARTS = ("call", "technician", "text", "mail", "story")


@pytest.fixture
def visitor(sqlite):
    return open_site(sqlite).visitor(Role.VIEWER)


def test_every_sentence_of_every_language_is_there_once(visitor):
    pages = [visitor.get(f"/prompts?part={part}").html for part in PARTS]
    found = [key for html in pages for key in re.findall(r'<li class="prompt" id="([^"]+)"', html)]
    tongues = [f"{tongue.code}.{name}" for tongue in load_wording().tongues for name in ("offer", "redirect")]
    assert sorted(found) == sorted([*PROMPT_KEYS, *tongues])


def test_the_call_is_read_from_its_top_to_its_bottom(visitor):
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", visitor.get("/prompts").html)
    wanted = ["Greeting and language", "PIN", "Priority", "Callback number", "Description", "What happens now"]
    assert [title for title in titles if title in wanted] == wanted
    assert "Enter your PIN, then press hash. For a person, press 0. caller.pin about 5 s" in visitor.text
    assert "Your ticket 1 0 4 8 2 3 is open." in visitor.text
    assert f"keep it {POLICY.recordings.retention.days} days" in visitor.text, "what the policy says is no invention"
    assert f"Open a web ticket at {POLICY.portal} ." in visitor.text


def test_no_placeholder_is_left_empty_or_raw(visitor):
    wording = load_wording()
    text = " ".join(unescape(visitor.get(f"/prompts?part={part}").html) for part in PARTS)
    shown = dict(re.findall(r'id="says-([^"]+)"[^>]*>(.*?)</p>', text, re.DOTALL))
    for key, sentence in wording.sentences.items():
        assert "{" not in shown[key]
        assert shown[key].count('class="sample"') >= len(placeholders(sentence)), key


def test_a_text_tells_its_segments(visitor):
    text = visitor.get("/prompts?part=text").text
    assert "Reply ACK 104823 page.text 1 segment" in text
    assert "s page.text" not in text
    assert "Hear" not in text


def test_a_language_is_heard_in_its_own_voice(visitor):
    visitor.get("/prompts?language=it")
    assert "2 sentences found." in visitor.text
    assert "Per l'italiano, premere 2. it.offer Italiano about 2 s" in visitor.text
    assert 'id="says-it.offer" lang="it-IT"' in visitor.html
    assert 'id="says-ar.offer" lang="ar" dir="rtl"' in visitor.get("/prompts?language=ar").html


def test_a_sentence_is_found_by_its_words_or_its_key_wherever_it_is(visitor):
    assert "1 sentence found." in visitor.get("/prompts?q=PIN+hash+again").text
    assert "caller.pin_again" in visitor.text
    assert "reply.done" in visitor.get("/prompts?q=reply.done").text
    assert "the first 80 are here" in visitor.get("/prompts?language=en").text
    assert "No sentence has these words." in visitor.get("/prompts?q=%3Cscript%3E").text
    assert "<script>" not in re.sub(r"<script src[^>]*></script>", "", visitor.html)


@pytest.mark.parametrize("query", ["part=none", "language=xx", "q=" + "x" * 5000, "part=call&part=text"])
def test_an_address_that_was_made_up_is_harmless(visitor, query):
    assert visitor.get(f"/prompts?{query}").status == 200


def test_without_a_script_nothing_offers_to_be_heard(visitor):
    buttons = re.findall(r"<button[^>]*data-says[^>]*>", visitor.get("/prompts").html)
    assert buttons
    assert all(" hidden " in button for button in buttons)
