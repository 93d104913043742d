// Taking a complaint: dependent choices, the side that follows the form, hot keys. The page works without it.
(() => {
  "use strict";

  const PAUSE = 350; // ms without a key before the side is asked
  const form = document.querySelector("form[data-side]");

  const wrong = form?.querySelector(".invalid :is(input, select, textarea)");
  (wrong || document.querySelector("[data-focus]"))?.focus();

  document.addEventListener("keydown", (event) => {
    const keys = [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : "", event.key.toLowerCase()];
    const name = keys.filter(Boolean).join("+");
    const shortcuts = { "alt+a": "[data-open-answer]", "alt+k": "[data-fill]" };
    const target = document.querySelector(shortcuts[name] || `[data-hotkey="${CSS.escape(name)}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  if (!form) return;

  function openAnswer() {
    const block = document.getElementById("intake-answer");
    block.open = true;
    const told = form.elements.answer_person_told;
    if (!told.value) told.value = form.elements.name.value;
    form.elements.answer_content.focus();
  }

  function takeOver(known) {
    for (const name of ["name", "address", "customer_tier", "customer_brand", "home"]) {
      if (known[name]) form.elements[name].value = known[name];
    }
    form.dispatchEvent(new Event("input"));
    ask();
    form.elements.channel.focus();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-answer]");
    const known = event.target.closest("[data-fill]");
    if (opener) {
      event.preventDefault();
      openAnswer();
    } else if (known) {
      takeOver(known.dataset);
    }
  });

  // A complaint type belongs to a business: the others are not offered.
  const business = form.elements.business_type;
  const complaint = form.elements.complaint_type;

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
  }

  business.addEventListener("change", offerTypes);
  offerTypes();

  // The side: sections of the answer replace those of the page, unless nothing changed or somebody is typing in them.
  let timer = 0;
  let asked = 0;

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  }

  async function refresh() {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name); // they stay here until it is sent
    const mine = ++asked;
    let answer;
    try {
      answer = await fetch(form.dataset.side, { method: "POST", body: data, headers: { "X-Background": "1" } });
    } catch {
      return; // offline: the page goes on without its side
    }
    if (!answer.ok || mine !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const section of [...fresh.body.children]) {
      const old = document.getElementById(section.id);
      if (!old || (section.dataset.key !== undefined && section.dataset.key === old.dataset.key)) continue;
      if (old.contains(document.activeElement) && document.activeElement.matches("textarea, input:not([type=checkbox])")) continue;
      old.replaceWith(section);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.form === form && !event.target.name.startsWith("answer_")) ask();
  });
  if (form.elements.phone.value) refresh();

  // One press, one complaint; and nothing typed is lost by leaving.
  let isSent = false;
  let isTouched = false;
  form.addEventListener("input", () => { isTouched = true; });
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    const isKept = "ended" in document.documentElement.dataset; // the log-in ended, kept.js has what was typed
    if (isTouched && !isSent && !isKept) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { isSent = false; });
})();
