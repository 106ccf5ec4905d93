// A part that refreshes itself must not jump under the thumb: what is marked, opened or read stays as it is.
// Everything works without this file.
"use strict";
(() => {
  const LONGEST_READ = 60_000; // milliseconds: what is marked and forgotten must not stay old
  const shown = new WeakMap();
  let markedSince = null;

  const isMarked = (part) => {
    const selection = getSelection();
    const marked = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
    markedSince = marked ? markedSince ?? Date.now() : null;
    return marked && Date.now() - markedSince < LONGEST_READ;
  };

  const openedIn = (part) => [...part.querySelectorAll("details[id]")].filter((each) => each.open).map((each) => each.id);

  // The first thing in the window that has a name, and where it stands: it stands there afterwards too.
  const anchorIn = (part) => {
    const seen = [...part.querySelectorAll("[id]")].find((each) => each.getBoundingClientRect().top >= 0);
    return seen && scrollY > 0 ? { id: seen.id, top: seen.getBoundingClientRect().top } : null;
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (part.id !== "live" || !event.detail.shouldSwap) return;
    const html = event.detail.serverResponse;
    if (shown.get(part) === html || isMarked(part)) {
      event.detail.shouldSwap = false;
      return;
    }
    shown.set(part, html);
    part.kept = { opened: openedIn(part), anchor: anchorIn(part) };
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const kept = event.detail.target.kept;
    if (!kept) return;
    for (const id of kept.opened) document.getElementById(id)?.setAttribute("open", "");
    const anchor = kept.anchor && document.getElementById(kept.anchor.id);
    if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - kept.anchor.top, behavior: "instant" });
  });
})();
