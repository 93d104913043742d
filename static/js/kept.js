// What stands in a form[data-keep] and was not sent is kept in this browser, for its writer and its address, and offered
// when the page is opened again: after a time-out, a fault, a page left too soon. It is dropped when the form was taken,
// at the log-out, when somebody else logs in here, and after twelve hours. Passwords, files and hidden fields are not kept.
(() => {
  "use strict";

  const PREFIX = "kept:";
  const LIFE = 12 * 3600 * 1000;
  const PAUSE = 300; // ms without a key before it is kept
  const NOT_KEPT = ["hidden", "password", "file", "submit", "button", "search"];

  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  };
  const write = (key, kept) => {
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // full or forbidden: the page works without it
    }
  };

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-log-out]")) keys().forEach((key) => localStorage.removeItem(key));
  });

  const user = document.querySelector("[data-user]")?.dataset.user;
  if (!user) {
    // The log-in or an error: what was sent last did not arrive.
    keys().forEach((key) => write(key, { ...read(key), sent: false }));
    return;
  }
  for (const key of keys()) {
    const kept = read(key);
    const isMine = key.startsWith(`${PREFIX}${user}:`);
    if (!isMine || kept.sent || !(Date.now() - kept.at < LIFE)) localStorage.removeItem(key);
  }

  const controls = (form) => [...form.elements].filter((one) => one.name && one.type && !NOT_KEPT.includes(one.type));
  const valueOf = (one) => {
    if (one.type === "checkbox" || one.type === "radio") return one.checked;
    return one.multiple ? [...one.selectedOptions].map((option) => option.value) : one.value;
  };

  // A control is known by its name and its place among those of the same name.
  function snapshot(form) {
    const seen = {};
    return controls(form).map((one) => {
      seen[one.name] = (seen[one.name] ?? -1) + 1;
      return [one.name, seen[one.name], valueOf(one)];
    });
  }

  function put(one, value) {
    if (JSON.stringify(valueOf(one)) === JSON.stringify(value)) return;
    if (typeof value === "boolean") one.checked = value;
    else if (Array.isArray(value)) [...one.options].forEach((option) => { option.selected = value.includes(option.value); });
    else if (one.tagName !== "SELECT" || [...one.options].some((option) => option.value === value)) one.value = value;
    one.dispatchEvent(new Event("input", { bubbles: true }));
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What a control of the page shows already is done with; the others may come when the page has asked for more fields.
  function putBack(form, values) {
    const left = new Map(values.map(([name, place, value]) => [`${name} ${place}`, value]));
    const fill = () => {
      const seen = {};
      for (const one of controls(form)) {
        seen[one.name] = (seen[one.name] ?? -1) + 1;
        const name = `${one.name} ${seen[one.name]}`;
        if (!left.has(name)) continue;
        const value = left.get(name);
        left.delete(name);
        put(one, value);
      }
    };
    fill();
    const later = new MutationObserver(fill);
    later.observe(form, { childList: true, subtree: true });
    setTimeout(() => later.disconnect(), 5000);
  }

  function offer(form, key, kept) {
    const bar = document.querySelector("[data-kept-offer]").content.firstElementChild.cloneNode(true);
    const words = bar.querySelector("span");
    words.textContent = words.textContent.replace("{time}", new Date(kept.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
    bar.querySelector("[data-put-back]").addEventListener("click", () => {
      bar.remove();
      putBack(form, kept.values);
    });
    bar.querySelector("[data-forget]").addEventListener("click", () => {
      bar.remove();
      localStorage.removeItem(key);
    });
    form.before(bar);
  }

  for (const form of document.querySelectorAll("form[data-keep]")) {
    const key = `${PREFIX}${user}:${location.pathname}:${form.dataset.keep}`;
    const initial = JSON.stringify(snapshot(form));
    const keep = (sent) => {
      const values = snapshot(form);
      if (JSON.stringify(values) === initial && !sent) return;
      write(key, { at: Date.now(), values, sent });
    };
    let timer = 0;
    const kept = read(key);
    if (kept.values && JSON.stringify(kept.values) !== initial) offer(form, key, kept);
    else if (form.querySelector(".errorlist, .invalid")) write(key, { at: Date.now(), values: snapshot(form), sent: false });

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE, false);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      keep(true);
    });
    window.addEventListener("pagehide", () => {
      if (!timer || read(key).sent) return;
      clearTimeout(timer);
      keep(false);
    });
  }
})();
