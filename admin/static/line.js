// The theme switch, the browser's time zone, and a word when the page can no longer reach the line. Everything works
// without this file.
"use strict";
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = (theme) => theme ? root.setAttribute("data-bs-theme", theme) : root.removeAttribute("data-bs-theme");
  apply(stored());

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`zone=${zone}`)) {
    document.cookie = `zone=${zone}; path=/; max-age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (button) {
      const dark = () => (stored() || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
      const tell = () => button.setAttribute("aria-label", dark() ? "Light colours" : "Dark colours");
      button.hidden = false;
      tell();
      button.addEventListener("click", () => {
        const theme = dark() ? "light" : "dark";
        try { localStorage.setItem("theme", theme); } catch { /* private browsing: it holds for this page */ }
        apply(theme);
        tell();
      });
    }

    const offline = document.getElementById("offline");
    if (!offline) return;
    const lost = () => {
      if (!offline.hidden) return;
      const now = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      offline.textContent = `The line does not answer since ${now}: what you see here may be old. This page keeps trying.`;
      offline.hidden = false;
    };
    document.body.addEventListener("htmx:sendError", lost);
    document.body.addEventListener("htmx:timeout", lost);
    document.body.addEventListener("htmx:responseError", lost);
    document.body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) offline.hidden = true; });
  });
})();
