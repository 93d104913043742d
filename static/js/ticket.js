// The ticket page and the forms of its acts. Everything here is comfort: without it all still works.
(() => {
  "use strict";

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-once]");
    if (!form) return;
    if (form.dataset.sent !== undefined) event.preventDefault();
    form.dataset.sent = "";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-once]").forEach((form) => delete form.dataset.sent);
  });

  // Menus close on Escape and when something else is clicked.
  const closeMenus = (except) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement.closest("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });

  // The timeline is narrowed in place, and the address says to what.
  const filter = document.querySelector("[data-timeline-filter]");
  if (filter) {
    filter.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-show]");
      if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      filter.querySelectorAll("[data-show]").forEach((one) => one.removeAttribute("aria-current"));
      chosen.setAttribute("aria-current", "true");
      document.querySelectorAll("[data-timeline] > [data-in]").forEach((entry) => {
        entry.hidden = chosen.dataset.show !== "" && !entry.dataset.in.split(" ").includes(chosen.dataset.show);
      });
      history.replaceState(null, "", chosen.href.replace(/#.*/, ""));
    });
  }

  // A panel: another page's content in a dialog of this one. Its own page is what is printed.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok || answer.redirected) {
      location.assign(link.href);
      return;
    }
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = document.createElement("dialog");
    dialog.className = "panel-dialog";
    dialog.append(read.querySelector("[data-panel-content]"), document.getElementById("panel-foot").content.cloneNode(true));
    dialog.querySelector("[data-panel-page]").href = link.href;
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (one) => {
      if (one.target === dialog || one.target.closest("[data-close]")) dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });

  const form = document.querySelector("[data-act]");
  if (!form) return;

  // The cursor starts at the first fault, else at the first thing to fill in.
  const first = form.querySelector(".invalid input, .invalid select, .invalid textarea")
    || form.querySelector("textarea, select, input:not([type=hidden], [type=checkbox])");
  if (first) first.focus();

  // Ctrl+Enter sends.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  // Fields that only one way of closing needs, and the wording that goes with it while nobody has changed it.
  const closure = form.elements.namedItem("closure_code");
  const wordings = document.getElementById("wordings");
  if (closure && wordings) {
    const texts = JSON.parse(wordings.textContent);
    const content = form.elements.namedItem("content");
    const follow = () => {
      form.querySelectorAll("[data-only-for]").forEach((part) => {
        part.hidden = part.dataset.onlyFor !== closure.value;
      });
    };
    closure.addEventListener("change", () => {
      const isUntouched = content.value.trim() === "" || Object.values(texts).includes(content.value);
      if (isUntouched && texts[closure.value]) content.value = texts[closure.value];
      follow();
    });
    follow();
  }

  // Only what lies with the company is shared out among its units.
  const shares = form.querySelector("[data-company-only]");
  if (shares) {
    const follow = () => {
      shares.disabled = shares.hidden = form.elements.namedItem("attribution").value !== "company";
    };
    form.addEventListener("change", follow);
    follow();
  }
})();
