// Taking a complaint: dependent choices, the side that follows the form, hot keys, what is kept while one types. The
// page works without it.
(() => {
  "use strict";

  const PAUSE = 350; // ms without a key before the side is asked
  const form = document.querySelector("form[data-side]");

  const wrong = form?.querySelector(".invalid :is(input:not([type=hidden]), select, textarea)");
  (wrong || document.querySelector("[data-focus]"))?.focus();

  // Keys. A part with keys of its own, such as the answer on the spot, has them while the cursor stands in it.
  const SHORTCUTS = { "alt+a": "[data-open-answer]", "alt+k": "[data-fill]", "alt+m": "details.more > summary" };

  function hotkey(name) {
    const named = `[data-hotkey~="${CSS.escape(name)}"]`;
    const own = document.activeElement.closest("[data-own-keys]")?.querySelector(named);
    return own || [...document.querySelectorAll(named)].find((one) => !one.closest("[data-own-keys]"));
  }

  document.addEventListener("keydown", (event) => {
    const keys = [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : "", event.key.toLowerCase()];
    const name = keys.filter(Boolean).join("+");
    if (name === "alt+c" && callsAgain()) {
      event.preventDefault();
      return;
    }
    const target = SHORTCUTS[name] ? document.querySelector(SHORTCUTS[name]) : hotkey(name);
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  // The customer calls about an open ticket: on to the place where that is noted, and from there to the next ticket's.
  function callsAgain() {
    const places = [...document.querySelectorAll("[data-again]")];
    if (!places.length) return false;
    const place = places[(places.findIndex((one) => one.contains(document.activeElement)) + 1) % places.length];
    for (let around = place; around; around = around.parentElement.closest("details")) around.open = true;
    place.querySelector("textarea").focus();
    return true;
  }

  if (!form) return;
  const fields = form.elements;

  function openAnswer() {
    const block = document.getElementById("intake-answer");
    block.open = true;
    if (!fields.answer_person_told.value) fields.answer_person_told.value = fields.name.value;
    block.querySelector("button").scrollIntoView({ block: "nearest" });
    fields.answer_content.focus({ preventScroll: true });
  }

  // What the page fills in by itself is told to whoever follows the form, and is nobody's choice.
  const chosen = new Set();
  let isTelling = false;
  form.addEventListener("change", (event) => {
    if (isTelling) return;
    chosen.add(event.target.name);
    if (event.target.type === "checkbox") event.target.labels[0]?.querySelector(".proposed")?.remove();
  });

  function tell(...names) {
    isTelling = true;
    for (const name of names) fields[name]?.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true }));
    isTelling = false;
  }

  function takeOver(known) {
    for (const name of ["name", "address", "customer_tier", "customer_brand", "home"]) {
      if (known[name]) fields[name].value = known[name];
    }
    tell("home", "customer_tier");
    (fields.business_type.closest(".pick")?.querySelector("input") || fields.business_type).focus();
  }

  document.addEventListener("click", (event) => {
    const known = event.target.closest("[data-fill]");
    if (event.target.closest("[data-open-answer]")) {
      event.preventDefault();
      openAnswer();
    } else if (known) {
      takeOver(known.dataset);
    } else if (event.target.matches("details.more > summary")) {
      const block = event.target.parentElement;
      if (!block.open) setTimeout(() => block.querySelector("input:not([type=hidden]), select, textarea")?.focus());
    }
  });

  // Who calls is known: home, tier and brand are the number's, until somebody chooses others.
  const CUSTOMERS_OWN = ["home", "customer_tier", "customer_brand"];

  function customerFound() {
    const known = document.querySelector("[data-fill]")?.dataset;
    if (!known || !fields.form_id) return;
    const news = CUSTOMERS_OWN.filter((name) => known[name] && !chosen.has(name) && fields[name].value !== known[name]);
    for (const name of news) fields[name].value = known[name];
    if (news.length) tell(...news);
  }

  // A complaint type belongs to a business: the others are not offered, and the only one is chosen.
  const business = fields.business_type;
  const complaint = fields.complaint_type;

  function offerTypes() {
    const root = business.selectedOptions[0]?.dataset.for;
    for (const option of complaint.options) {
      const fits = !option.value || option.dataset.for === root;
      option.hidden = option.disabled = !fits;
    }
    for (const group of complaint.querySelectorAll("optgroup")) {
      group.hidden = [...group.children].every((option) => option.hidden);
    }
    if (complaint.selectedOptions[0]?.disabled) complaint.value = "";
    const offered = [...complaint.options].filter((option) => option.value && !option.disabled);
    if (offered.length === 1) complaint.value = offered[0].value;
  }

  business.addEventListener("change", offerTypes);
  offerTypes();

  // A yes to a question of the script ticks the flag that it proposes; a tick of one's own is nobody else's to take.
  form.addEventListener("change", (event) => {
    const asked = event.target.dataset;
    const flag = fields[asked.proposes];
    if (!flag || chosen.has(flag.name)) return;
    const note = flag.labels[0].querySelector(".proposed");
    if (event.target.value === asked.yes && !flag.checked) {
      flag.checked = true;
      const words = document.createElement("em");
      words.className = "proposed";
      words.textContent = asked.proposed;
      flag.labels[0].append(" ", words);
    } else if (event.target.value !== asked.yes && note) {
      flag.checked = false;
      note.remove();
    }
  });

  // A regulator's case needs what one that came directly has not.
  fields.origin?.addEventListener("change", () => {
    const isNeeded = String(fields.origin.value !== fields.origin.dataset.withoutCase);
    for (const field of form.querySelectorAll("[data-of-case]")) field.setAttribute("aria-required", isNeeded);
  });

  // The side: sections of the answer replace those of the page, unless nothing changed or somebody is typing in them.
  let timer = 0;
  let asked = 0;
  let isTouched = false;
  let isSent = false;

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  }

  async function refresh() {
    if (isSent) return;
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name); // they stay here until it is sent
    if (isTouched) data.set("keep", "1");
    const mine = ++asked;
    let answer = null;
    try {
      answer = await fetch(form.dataset.side, { method: "POST", body: data, headers: { "X-Background": "1" } });
    } catch {
      // offline: the page goes on without its side
    }
    if (mine !== asked) return;
    if (!answer?.ok || answer.redirected) {
      const kept = document.getElementById("intake-kept");
      if (kept && isTouched) kept.textContent = kept.dataset.lost;
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const section of [...fresh.body.children]) {
      const old = document.getElementById(section.id);
      if (!old || (section.dataset.state !== undefined && section.dataset.state === old.dataset.state)) continue;
      if (old.contains(document.activeElement) && document.activeElement.matches("textarea, input:not([type=checkbox])")) continue;
      old.replaceWith(section);
    }
    customerFound();
  }

  document.addEventListener("input", (event) => {
    if (event.target === form || event.target.form === form) ask();
  });
  if (fields.phone.value) refresh();

  // What was typed into a form that was never sent is put back; the questions of its script come with the side.
  document.querySelector("[data-restore]")?.addEventListener("click", async (event) => {
    const typed = JSON.parse(document.getElementById("unsent").textContent);
    const putBack = (isAsked) => {
      for (const field of fields) {
        if (!field.name || ["hidden", "file", "submit"].includes(field.type) || field.name.startsWith("script_") !== isAsked) continue;
        if (field.type === "checkbox") field.checked = field.name in typed;
        else if (field.name in typed) field.value = typed[field.name];
        if (field.type === "checkbox" ? field.checked : field.value) chosen.add(field.name);
        if (field === business) offerTypes();
      }
    };
    fields.form_id.value = event.currentTarget.dataset.formId;
    document.querySelector("[data-unsent]").remove();
    putBack(false);
    isTouched = true;
    await refresh();
    putBack(true);
    tell();
    fields.phone.focus();
  });

  // One press, one complaint; and nothing typed is lost by leaving.
  form.addEventListener("input", () => { isTouched = true; });
  document.addEventListener("submit", (event) => {
    if (event.target !== form && !event.target.matches(".contact, #discard")) return;
    if (isSent) event.preventDefault();
    isSent = true;
    clearTimeout(timer);
  });
  window.addEventListener("beforeunload", (event) => {
    const isKept = "ended" in document.documentElement.dataset; // the log-in ended; what was typed is kept already
    if (isTouched && !isSent && !isKept) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { isSent = false; });
})();
