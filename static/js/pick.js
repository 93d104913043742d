// Long lists: select[data-pick] becomes a field in which Chinese, pinyin or its initials find the entry ("wlzl" finds
// 网络质量). The select stays in the form and keeps the value; without script it is what people use.
(() => {
  "use strict";

  const FEW = 8; // so many are quicker to look at than to type for
  let made = 0;

  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const syllablesOf = (spelling) => spelling.split(" ").filter(Boolean).map((one) => one.split("|"));

  // Whether what is typed spells the syllables from one on: each by any beginning of one of its readings.
  function spells(typed, syllables, at) {
    if (!typed) return true;
    if (at === syllables.length) return false;
    return syllables[at].some((reading) => {
      let length = 0;
      while (length < reading.length && reading[length] === typed[length]) length += 1;
      for (; length > 0; length -= 1) if (spells(typed.slice(length), syllables, at + 1)) return true;
      return false;
    });
  }

  // How well an entry fits, the less the better; null where it does not.
  function fit(typed, option) {
    const label = plain(option.text);
    const [before, own] = (option.dataset.pinyin ?? "/").split("/").map(syllablesOf);
    if (label.startsWith(typed)) return 0;
    if (label.includes(typed)) return 1;
    if (spells(typed, own, 0)) return 2;
    if (own.some((_, at) => spells(typed, own, at))) return 3;
    const group = option.parentElement.label;
    if (group && (plain(group + option.text).includes(typed) || spells(typed, [...before, ...own], 0))) return 4;
    return null;
  }

  class Pick {
    constructor(select) {
      this.select = select;
      this.number = made += 1;
      this.shown = [];
      this.active = -1;
      this.input = document.createElement("input");
      this.list = document.createElement("ul");
      this.build();
      this.listen();
      this.sync();
    }

    build() {
      const { select, input, list } = this;
      const holder = document.createElement("span");
      holder.className = "pick";
      input.type = "text";
      input.autocomplete = "off";
      input.spellcheck = false;
      const empty = select.querySelector('option[value=""]')?.text ?? "";
      input.placeholder = plain(empty) && plain(empty) !== "—" ? empty : select.dataset.pick;
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
      list.id = `pick-${this.number}`;
      list.setAttribute("role", "listbox");
      list.hidden = true;
      input.setAttribute("aria-controls", list.id);
      const label = select.labels?.[0];
      if (label) {
        label.id ||= `${list.id}-label`;
        input.setAttribute("aria-labelledby", label.id);
        list.setAttribute("aria-labelledby", label.id);
      } else input.setAttribute("aria-label", select.getAttribute("aria-label") ?? select.name);
      for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
        if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
      }
      const hadFocus = document.activeElement === select;
      select.before(holder);
      holder.append(input, list, select);
      select.tabIndex = -1;
      select.setAttribute("aria-hidden", "true");
      if (hadFocus || select.autofocus) input.focus();
    }

    listen() {
      const { select, input, list } = this;
      select.addEventListener("focus", () => input.focus()); // its label was clicked, or a script sent the cursor here
      input.addEventListener("focus", () => input.select());
      input.addEventListener("click", () => this.open());
      input.addEventListener("blur", () => this.leave());
      input.addEventListener("keydown", (event) => this.press(event));
      input.addEventListener("input", (event) => {
        event.stopPropagation(); // nothing is chosen yet
        this.open();
      });
      list.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays in the field
      list.addEventListener("click", (event) => {
        const item = event.target.closest("[role=option]");
        if (item) this.choose(this.shown[Number(item.dataset.at)]);
      });
    }

    get isOpen() { return !this.list.hidden; }
    get label() { return this.select.value === "" ? "" : (this.select.selectedOptions[0]?.text.trim() ?? ""); }
    get isTyped() { return this.input.value !== this.label; }

    // Show what the select holds.
    sync() {
      this.input.value = this.label;
      this.input.disabled = this.select.disabled;
    }

    open() {
      const typed = this.isTyped ? plain(this.input.value) : "";
      const offered = [...this.select.options].filter((one) => one.value !== "" && !one.disabled && !one.hidden);
      const fitting = offered.map((option) => ({ option, fit: typed ? fit(typed, option) : 0 })).filter((one) => one.fit !== null);
      this.shown = fitting.sort((one, other) => one.fit - other.fit).map((one) => one.option);
      this.draw(Boolean(typed));
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.mark(typed ? 0 : this.shown.indexOf(this.select.selectedOptions[0]));
    }

    draw(isNarrowed) {
      let heading = "";
      const items = [];
      this.shown.forEach((option, at) => {
        const group = option.parentElement.label ?? "";
        if (!isNarrowed && group && group !== heading) {
          const title = document.createElement("li");
          title.setAttribute("role", "presentation");
          title.className = "group";
          title.textContent = heading = group;
          items.push(title);
        }
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.id = `${this.list.id}-${at}`;
        item.dataset.at = at;
        item.textContent = isNarrowed ? option.text.trim() : option.textContent;
        if (isNarrowed && group) {
          const place = document.createElement("span");
          place.textContent = group;
          item.append(" ", place);
        }
        items.push(item);
      });
      if (!items.length) {
        const nothing = document.createElement("li");
        nothing.setAttribute("role", "presentation");
        nothing.className = "group";
        nothing.textContent = this.select.dataset.nothing;
        items.push(nothing);
      }
      this.list.replaceChildren(...items);
    }

    mark(at) {
      this.active = at;
      for (const item of this.list.querySelectorAll("[role=option]")) {
        const isActive = Number(item.dataset.at) === at;
        item.setAttribute("aria-selected", String(isActive));
        if (isActive) item.scrollIntoView({ block: "nearest" });
      }
      if (this.shown[at]) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
      else this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    choose(option) {
      this.close();
      const isOther = option && this.select.value !== option.value;
      if (isOther) this.select.value = option.value;
      this.sync();
      if (!isOther) return;
      this.select.dispatchEvent(new Event("input", { bubbles: true }));
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // An emptied field chooses nothing, what can only be one thing is that, and anything else stays as it was.
    leave() {
      if (!this.isTyped) this.close();
      else if (!plain(this.input.value)) this.choose(this.select.querySelector('option[value=""]'));
      else {
        if (!this.isOpen) this.open();
        this.choose(this.shown.length === 1 ? this.shown[0] : null);
      }
    }

    press(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && !event.altKey && this.isOpen) {
        event.preventDefault();
        if (this.shown.length) this.mark((this.active + step + this.shown.length) % this.shown.length);
      } else if (step) {
        event.preventDefault();
        this.open();
        if (this.active < 0 && this.shown.length) this.mark(step > 0 ? 0 : this.shown.length - 1);
      } else if (event.key === "Enter") {
        if (this.isOpen && this.active >= 0) this.choose(this.shown[this.active]);
        if (!event.ctrlKey && !event.metaKey) event.preventDefault(); // a list sends no form
      } else if (event.key === "Tab") {
        if (this.isOpen && this.isTyped && plain(this.input.value) && this.active >= 0) this.choose(this.shown[this.active]);
      } else if (event.key === "Escape" && (this.isOpen || this.isTyped)) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
        this.sync();
        this.input.select();
      }
    }
  }

  const picks = new Map();

  function enhance() {
    for (const select of document.querySelectorAll("select[data-pick]")) {
      if (!picks.has(select) && !select.multiple && select.options.length > FEW) picks.set(select, new Pick(select));
    }
    for (const select of picks.keys()) if (!select.isConnected) picks.delete(select);
  }

  // Other scripts fill in a form or take choices away: what is shown follows.
  function follow(event) {
    for (const pick of picks.values()) {
      if (document.activeElement !== pick.input || event?.target === pick.select) pick.sync();
    }
  }

  enhance();
  new MutationObserver(enhance).observe(document.body, { childList: true, subtree: true });
  for (const name of ["input", "change"]) document.addEventListener(name, follow);
  document.addEventListener("reset", () => setTimeout(follow));
  window.addEventListener("pageshow", follow);
})();
