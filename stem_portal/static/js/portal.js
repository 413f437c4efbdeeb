/* Small comforts; every page works without this file. */
(() => {
  "use strict";

  const openMenus = () => document.querySelectorAll("details.menu[open]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      const holdsFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (holdsFocus) menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // A refused form: say so at once, where the keyboard is.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // The entry of the page that is open stays in sight when the desk's navigation scrolls sideways.
  const current = document.querySelector(".side [aria-current]");
  const strip = current && current.closest("ul");
  if (strip && strip.scrollWidth > strip.clientWidth) {
    strip.scrollLeft = current.parentElement.offsetLeft - strip.offsetLeft - 16;
  }

  // A second press on a slow line must not look like nothing happened. The server is the guard.
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.sent = "1";
      if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
      setTimeout(() => release(form), 10000); // the answer may be a download, which leaves the page here
    });
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach(release);
  });

  // Work that goes on in the background: look again after a moment.
  const waiting = document.querySelector("[data-refresh-seconds]");
  if (waiting) setTimeout(() => window.location.reload(), waiting.dataset.refreshSeconds * 1000);

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("[role=status]").textContent = button.dataset.copied;
    });
  });
})();
