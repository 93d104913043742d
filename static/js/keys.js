// Keys of every page: [data-key] is pressed by its key, or by two in a row ("gw"); "?" shows them all without leaving the
// page. [data-menu] closes with Escape and when the focus goes elsewhere.
(() => {
  "use strict";

  const PATIENCE = 1200; // milliseconds between the two keys
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  let begun = "";
  let waiting = 0;

  const shown = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
  const reached = (keys) => shown(`:is(a, button)[data-key="${CSS.escape(keys)}"]`);
  const begins = (keys) => shown(`:is(a, button)[data-key^="${CSS.escape(keys)}"]`);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.key.length !== 1 || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      showKeys();
      return;
    }
    clearTimeout(waiting);
    const keys = begins(begun + event.key) ? begun + event.key : event.key;
    const found = reached(keys);
    begun = found ? "" : keys;
    waiting = setTimeout(() => { begun = ""; }, PATIENCE);
    if (!found) return;
    event.preventDefault();
    found.focus();
    found.click();
  });

  // The arrows go from tile to tile.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const here = step && event.target.closest("[data-arrows] > a");
    if (!here) return;
    const next = step > 0 ? here.nextElementSibling : here.previousElementSibling;
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  const page = document.querySelector("[data-keys]");
  const showKeys = async () => {
    if (!page) return;
    const answer = await fetch(page.href).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = document.createElement("dialog");
    dialog.className = "keys-dialog";
    dialog.setAttribute("aria-labelledby", "keys-title");
    dialog.append(read.querySelector(".keys"));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
  };

  const menus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
    });
  }
})();
