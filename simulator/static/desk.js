// Digits on the keyboard, times in the visitor's zone, screens that show their last line. The rest is htmx.
"use strict";
(() => {
  const local = (root) => root.querySelectorAll("time[datetime]:not([data-local])").forEach((time) => {
    const seconds = "seconds" in time.dataset ? { second: "2-digit" } : {};
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...seconds });
    time.dataset.local = "";
  });
  const show = (root) => {
    local(root);
    root.querySelectorAll(".screen").forEach((screen) => { screen.scrollTop = screen.scrollHeight; });
  };
  show(document);
  document.getElementById("clocks").textContent = "Times are those of this device.";
  document.body.addEventListener("htmx:load", (event) => {
    show(event.detail.elt);
    event.detail.elt.querySelector("#words")?.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (!/^[0-9*#]$/.test(event.key)) return;
    const telephone = event.target.closest(".handset:has(.in-call)") || document.querySelector(".caller");
    telephone.querySelector(`[data-key="${event.key}"]`).click();
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const hint = event.target.closest("[data-number]");
    if (hint) document.getElementById("number").value = hint.dataset.number;
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (event.detail.successful && form.matches("form[data-reset]")) form.reset();
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "post") document.getElementById("refusal").hidden = true;
  });
})();
