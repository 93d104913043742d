// A log-in ends when nothing is done for data-idle seconds. Typing counts as doing: it is told to the server now and then.
// A minute before the end a notice asks whether somebody is still there; at the end the page gives way to the log-in.
(() => {
  "use strict";

  const bar = document.querySelector("[data-user]");
  const limit = Number(bar?.dataset.idle || 0) * 1000;
  if (!limit) return;

  const WARNING = 60000;
  const TELL = 60000; // ms between two words to the server while somebody types
  const key = `used:${bar.dataset.user}`; // shared by the tabs of this browser

  const lastUse = () => Number(localStorage.getItem(key)) || 0;
  const used = () => localStorage.setItem(key, String(Date.now()));
  used(); // this page came from the server just now

  let wasActive = false;
  let notice = null;
  let before = null; // what had the focus when the notice came

  function withdraw() {
    notice?.remove();
    notice = null;
    before?.focus();
    before = null;
  }

  function leave() {
    document.documentElement.dataset.ended = "";
    location.assign(location.href);
  }

  async function goOn() {
    wasActive = false;
    used();
    withdraw();
    try {
      const answer = await fetch(bar.dataset.stillHere, { cache: "no-store" });
      if (answer.status === 401) leave();
    } catch {
      wasActive = true; // offline: told later
    }
  }

  function warn() {
    before = document.activeElement;
    notice = document.querySelector("[data-idle-notice]").content.firstElementChild.cloneNode(true);
    document.body.append(notice);
    const button = notice.querySelector("button");
    button.addEventListener("click", goOn);
    button.focus();
  }

  function look() {
    const idle = Date.now() - lastUse();
    if (wasActive && idle >= TELL) goOn();
    else if (idle > limit) leave();
    else if (idle >= limit - WARNING && !notice) warn();
    else if (idle < limit - WARNING && notice) withdraw(); // somebody went on in another tab
  }

  for (const name of ["keydown", "pointerdown", "wheel"]) {
    document.addEventListener(name, () => { wasActive = true; }, { capture: true, passive: true });
  }
  setInterval(look, 2000);
  document.addEventListener("visibilitychange", look);
})();
