// Keeps an open page up to date. Every half minute one question to the server: what is new for this page? The answer
// brings notices, counts and who else is there; only where what the page shows has changed the page itself is fetched
// and its parts marked [data-live] are renewed, without losing place. Nothing is asked while nobody looks.
(() => {
  "use strict";

  const bar = document.querySelector("[data-live-at]");
  if (!bar) return;

  const EVERY = 30000;
  const SELDOM = 300000;
  const BACKGROUND = { "X-Background": "1" };
  const page = location.pathname + location.search;
  const region = document.querySelector("[data-digest]");
  const version = document.querySelector("[data-act] [name=version]");
  let digest = region?.dataset.digest;
  let tag = "";
  let here = {};
  let wait = EVERY;
  let isOver = false;
  let isAsking = false;
  let lastAsked = 0;
  let timer;

  // ---------------------------------------------------------------------------------------------- time goes on

  const words = JSON.parse(document.getElementById("time-words").textContent);
  const ahead = words.now - Date.now() / 1000; // of the server's clock

  const counted = (text, count) => text.replace("%(count)d", count);
  const some = (forms, count) => (count ? counted(forms[count === 1 ? 0 : 1], count) : "");

  const duration = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 1) return words.less;
    const days = Math.floor(minutes / 1440);
    const shown = [
      some(words.days, days),
      some(words.hours, Math.floor((minutes % 1440) / 60)),
      minutes % 60 && !days ? counted(words.minutes, minutes % 60) : "",
    ].filter(Boolean);
    return shown.length < 2 ? shown[0] : words.both.replace("%(larger)s", shown[0]).replace("%(smaller)s", shown[1]);
  };

  const countOn = () => {
    const now = Date.now() / 1000 + ahead;
    for (const shown of document.querySelectorAll("[data-due]")) {
      const [start, near, due] = ["start", "near", "due"].map((name) => Number(shown.dataset[name]));
      const isLate = now > due;
      const text = (isLate ? words.late : words.left).replace("%(time)s", duration(Math.abs(due - now)));
      const place = shown.querySelector(".words");
      if (place.textContent !== text) place.textContent = text;
      shown.classList.toggle("late", isLate);
      shown.classList.toggle("near", !isLate && now >= near);
      shown.classList.toggle("calm", now < near);
      shown.querySelector("progress").value = isLate ? 100 : Math.floor((100 * (now - start)) / (due - start || 1));
    }
  };

  // ------------------------------------------------------------------------------------------------- renewing

  // What somebody typed, opened, closed or chose stays as it is.
  const TYPED = "input:not([type=hidden]), textarea, select";
  const KEPT = new Set(["open", "hidden", "aria-expanded", "aria-pressed"]);
  const keyOf = (node) => node.dataset?.line || node.id || node.getAttribute?.("aria-labelledby") || "";
  const stays = (node) => node.dataset?.stay !== undefined;

  const renew = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName || keyOf(old) !== keyOf(fresh) || !old.attributes) {
      old.replaceWith(fresh);
      return;
    }
    if (old.matches(TYPED)) return;
    for (const name of old.getAttributeNames()) {
      if (!KEPT.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (!KEPT.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    renewChildren(old, fresh);
  };

  const renewChildren = (old, fresh) => {
    const wanted = new Set([...fresh.children].map(keyOf).filter(Boolean));
    const known = new Map();
    for (const child of [...old.children]) {
      const key = keyOf(child);
      if (!key) continue;
      if (wanted.has(key)) known.set(key, child);
      else if (!stays(child)) child.remove();
    }
    if (wanted.size) {
      // The space between rows is nothing to keep in step.
      for (const parent of [old, fresh]) [...parent.childNodes].forEach((node) => node.nodeType === 3 && !node.data.trim() && node.remove());
    }
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      while (place && stays(place)) place = place.nextSibling;
      const key = keyOf(child);
      const isSame = place && !keyOf(place) && place.nodeName === child.nodeName;
      const match = key ? known.get(key) : isSame ? place : null;
      if (!match) {
        old.insertBefore(child, place);
        continue;
      }
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      renew(match, child);
    }
    while (place) {
      const next = place.nextSibling;
      if (!stays(place)) place.remove();
      place = next;
    }
  };

  // The focus stays, and what the eye rests on stays where it is; where the row is gone the next one takes its place.
  const inPlace = (change) => {
    const focused = document.activeElement;
    const row = focused?.closest("[data-line]");
    const after = [];
    for (let next = row?.nextElementSibling; next; next = next.nextElementSibling) after.push(next);
    const rows = [...document.querySelectorAll("[data-live] [data-line]")];
    const anchor = row || rows.find((one) => one.getBoundingClientRect().bottom > 60);
    const top = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) scrollBy(0, anchor.getBoundingClientRect().top - top);
    if (document.activeElement === focused) return;
    const heir = focused.isConnected ? focused : after.find((next) => next.isConnected)?.querySelector("a, button");
    heir?.focus({ preventScroll: true });
  };

  const fetchPage = async () => {
    const address = new URL(page, location.origin);
    document.dispatchEvent(new CustomEvent("renewing", { detail: address }));
    const answer = await fetch(address, { headers: BACKGROUND, redirect: "manual" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    inPlace(() => {
      for (const old of document.querySelectorAll("[data-live]")) {
        const match = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
        if (match) renew(old, match);
      }
    });
    digest = fresh.querySelector("[data-digest]")?.dataset.digest;
    countOn();
    document.dispatchEvent(new CustomEvent("renewed"));
  };

  // -------------------------------------------------------------------------------------------------- showing

  const say = (place, text) => {
    if (!place) return;
    place.hidden = !text;
    const said = place.querySelector("li") || place;
    if (said.textContent !== text) said.textContent = text;
  };

  const showHere = () => {
    for (const row of document.querySelectorAll("[data-ticket]")) {
      const names = here[row.dataset.ticket];
      let mark = row.querySelector(".here");
      if (!names) {
        mark?.remove();
        continue;
      }
      if (!mark) {
        mark = document.createElement("span");
        mark.className = "here";
        mark.setAttribute("role", "img");
        row.querySelector(".c-number").append(mark);
      }
      mark.title = names;
      mark.setAttribute("aria-label", names);
    }
  };

  const showCounts = (counts) => {
    for (const place of document.querySelectorAll("[data-pool]")) {
      const found = counts[place.dataset.pool];
      place.textContent = found ? found.count : "";
      place.classList.toggle("late", Boolean(found?.late));
      place.title = found ? found.title : "";
    }
  };

  const show = async (found) => {
    const unread = document.querySelector("[data-notices] .unread");
    if (unread && unread.textContent !== found.unread) unread.textContent = found.unread;
    if (found.counts) showCounts(found.counts);
    if (found.present) say(document.querySelector("[data-present]"), found.present.join(" · "));
    say(document.querySelector("[data-meanwhile]"), found.meanwhile || "");
    here = found.here || {};
    if (region && found.digest && found.digest !== digest) await fetchPage();
    showHere();
    tag = found.tag;
  };

  const note = document.createElement("p");
  note.className = "away";
  note.setAttribute("role", "status");
  note.hidden = true;
  document.body.append(note);

  // --------------------------------------------------------------------------------------------------- asking

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || isOver || isAsking) return;
    isAsking = true;
    lastAsked = Date.now();
    try {
      const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
      const body = new URLSearchParams({ page, tag, version: version?.value || "" });
      const answer = await fetch(bar.dataset.liveAt, {
        method: "POST",
        headers: { ...BACKGROUND, "X-CSRFToken": token },
        body,
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        isOver = true;
        say(note, bar.dataset.over);
      } else if (answer.status === 200) {
        const found = await answer.json();
        await show(found);
        say(note, found.gone || "");
      } else if (answer.status !== 204) {
        throw new Error(String(answer.status));
      }
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, SELDOM);
      tag = "";
      say(note, bar.dataset.away);
    }
    isAsking = false;
    countOn();
    if (!isOver) timer = setTimeout(ask, wait);
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, Math.max(0, wait - (Date.now() - lastAsked)));
  });
  ask();
})();
