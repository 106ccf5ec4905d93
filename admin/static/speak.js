// Says a prompt by the browser's own voices. Without this file, or without voices, the buttons stay hidden.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) return;
  let pressed = null;
  const rest = () => {
    if (pressed) pressed.setAttribute("aria-pressed", "false");
    pressed = null;
  };
  const voiceFor = (language) => {
    const of = (voice) => voice.lang.replace("_", "-").toLowerCase();
    const wanted = language.toLowerCase();
    const voices = speech.getVoices();
    return voices.find((voice) => of(voice) === wanted) || voices.find((voice) => of(voice).split("-")[0] === wanted.split("-")[0]);
  };
  const say = (button) => {
    const words = document.getElementById(button.dataset.says);
    const utterance = new SpeechSynthesisUtterance(words.textContent);
    const voice = voiceFor(words.lang);
    utterance.lang = words.lang;
    if (voice) utterance.voice = voice;
    utterance.onend = utterance.onerror = () => { if (pressed === button) rest(); };
    pressed = button;
    button.setAttribute("aria-pressed", "true");
    speech.speak(utterance);
  };
  for (const button of document.querySelectorAll("[data-says]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const stops = pressed === button;
      speech.cancel();
      rest();
      if (!stops) say(button);
    });
  }
  window.addEventListener("pagehide", () => speech.cancel());
});
