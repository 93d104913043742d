// On every page: "/" goes to the search; [data-copy] copies its text.
(() => {
  "use strict";

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-copy]");
    if (!source || !navigator.clipboard) return;
    navigator.clipboard.writeText(source.dataset.copy).then(() => {
      source.dataset.copied = "";
      setTimeout(() => delete source.dataset.copied, 1200);
    });
  });
})();
