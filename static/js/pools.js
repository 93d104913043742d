// Lists: j and k move, Enter opens (the focus is on the link), x selects; a changed filter applies at once.
(() => {
  "use strict";

  // Asked anew each time: rows come and go while the list is open.
  const allLinks = () => [...document.querySelectorAll("[data-rows] tbody .c-number a")];
  const allBoxes = () => [...document.querySelectorAll("[data-rows] .c-pick input")];
  const bar = document.querySelector("[data-picked]");
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select") !== null;

  const move = (step) => {
    const links = allLinks();
    const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
    if (!links[next]) return;
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
  };

  const showPicked = () => {
    const boxes = allBoxes();
    boxes.forEach((box) => box.closest("tr").classList.toggle("chosen", box.checked));
    if (!bar) return;
    const count = boxes.filter((box) => box.checked).length;
    bar.hidden = count === 0;
    bar.querySelector("[data-picked-count]").textContent = count;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") {
      const box = document.activeElement.closest("tr")?.querySelector(".c-pick input");
      if (!box) return;
      box.checked = !box.checked;
      showPicked();
    } else return;
    event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-rows] .c-pick input")) showPicked();
    if (event.target.matches("[data-filters] select")) event.target.form.requestSubmit();
  });

  // What has to be done first is under the cursor.
  if (document.querySelector("[data-first]") && document.activeElement === document.body) {
    allLinks()[0]?.focus({ preventScroll: true });
  }

  document.querySelector("[data-copy-picked]")?.addEventListener("click", () => {
    navigator.clipboard?.writeText(allBoxes().filter((box) => box.checked).map((box) => box.value.split("/")[0]).join("\n"));
  });

  document.querySelectorAll("[data-filters] :is(select, input:not([type=hidden]))").forEach((control) => {
    control.classList.toggle("chosen", control.value !== "");
  });

  document.addEventListener("renewed", showPicked);
  showPicked();
})();
