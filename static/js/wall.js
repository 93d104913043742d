// The wall view: when the session is over or the server away, the last numbers stay and a quiet line says so.
(() => {
  "use strict";

  const note = document.querySelector("[data-wall-note]");
  const say = (text) => {
    note.textContent = text;
    note.hidden = !text;
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const isWall = event.detail.xhr.status === 200 && event.detail.serverResponse.includes("wall-numbers");
    if (!isWall) event.detail.shouldSwap = false;
    if (isWall) say("");
    else say(event.detail.xhr.status >= 500 ? note.dataset.away : note.dataset.over);
  });
  for (const fault of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(fault, () => say(note.dataset.away));
  }
})();
