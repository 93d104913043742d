// On every page: "/" goes to the search; [data-notices] shows how many notices are unread; [data-copy] copies its text.
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

  const bell = document.querySelector("[data-notices]");
  if (bell) {
    const shown = bell.querySelector(".unread");
    const ask = () => {
      if (document.hidden) return;
      fetch(`${bell.dataset.notices}?was=${encodeURIComponent(shown.textContent)}`, { headers: { "X-Background": "1" } })
        .then((answer) => (answer.status === 200 && !answer.redirected ? answer.json() : null))
        .then((found) => {
          if (found) shown.textContent = found.unread;
        })
        .catch(() => {}); // the next time will do
    };
    ask();
    setInterval(ask, 30000);
    document.addEventListener("visibilitychange", ask);
  }
})();
