// The tree of units: htmx opens a unit with fresh numbers, a press on an open one closes it; what is open stays so when
// the page renews itself.
(() => {
  "use strict";

  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.target;
    if (!button.matches("[data-expand][aria-expanded=true]")) return;
    event.preventDefault();
    const unit = button.closest("tr");
    for (const row of unit.parentElement.querySelectorAll(`[data-path^="${unit.dataset.path}"]`)) {
      if (row !== unit) row.remove();
    }
    button.setAttribute("aria-expanded", "false");
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target.matches("[data-expand]")) event.target.setAttribute("aria-expanded", "true");
  });

  document.addEventListener("renewing", (event) => {
    for (const button of document.querySelectorAll("[data-expand][aria-expanded=true]")) {
      event.detail.searchParams.append("open", button.dataset.expand);
    }
  });
  document.addEventListener("renewed", () => htmx.process(document.querySelector("[data-tree]")));
})();
