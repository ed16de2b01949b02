// The editors of announcements and notices: shows while one types how it will be spoken, when, and what stands on the
// boards; keeps what was typed. It begins when every script of the page is there (page.js tells).
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  const body = document.body, form = document.querySelector("form[data-keep]");
  if (!form) return;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const show = (element, yes) => { if (element) element.hidden = !yes; };
  const text = form.elements.text;
  const key = "kept:" + body.dataset.user + form.elements.here.value;
  const fields = () => new FormData(form);
  const typed = (of = form) => JSON.stringify([...new FormData(of)].filter(([name, value]) => !["token", "here"].includes(name) && typeof value === "string"));

  // lists of dates and times, one more line without asking the station for it
  const rows = (list) => all("input", list);
  const longer = (list) => {
    const last = rows(list).slice(-1)[0], added = last.cloneNode();
    added.value = "";
    added.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+$/, (n) => Number(n) + 1));
    last.after(added);
    return added;
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-longer]");
    if (!button) return;
    event.preventDefault();
    longer(button.parentElement).focus();
  });

  // what was typed outlives an accident: leaving, reloading, an ended session
  let served = "";
  const ENTRIES = "input:not([type=file]), select, textarea";
  const restore = () => {
    const blank = form.cloneNode(true); // somebody, or the browser itself, may have written before this script came
    blank.reset();
    served = typed(blank);
    const kept = sessionStorage.getItem(key), [way] = performance.getEntriesByType("navigation");
    const answered = location.pathname !== form.elements.here.value && way?.type !== "reload"; // with what was sent
    if (!kept || kept === served || answered || one(".problem", form) || sessionStorage.getItem("kept-sent")) return;
    const values = JSON.parse(kept), taken = {}, usual = all(ENTRIES, blank);
    const of = (name) => values.filter(([each]) => each === name).map(([, value]) => value);
    const written = new Set(all(ENTRIES, form).filter((field, at) => ["checkbox", "radio"].includes(field.type)
      ? field.checked !== usual[at].checked && field.checked !== of(field.name).includes(field.value)
      : field.value !== usual[at].value && !of(field.name).includes(field.value)).map((field) => field.name));
    const part = (name) => name.startsWith("part_");
    // the cards of an announcement's parts, unless somebody has been at them
    const cards = ![...written].some(part) && form.dispatchEvent(new CustomEvent("restore", { detail: values, cancelable: true }));
    for (const list of all("[data-rows]", form)) {
      if (written.has(list.dataset.rows)) continue;
      for (let wanted = of(list.dataset.rows).length; rows(list).length < wanted;) longer(list);
    }
    for (const field of [...form.elements]) {
      if (!field.name || ["token", "here"].includes(field.name) || ["submit", "file"].includes(field.type)) continue;
      if (written.has(field.name) || part(field.name) && !cards) continue; // it is newer
      const mine = of(field.name);
      if (field.type === "checkbox" || field.type === "radio") field.checked = mine.includes(field.value);
      else if (mine.length) field.value = mine[taken[field.name] = (taken[field.name] ?? -1) + 1] ?? "";
    }
    form.dispatchEvent(new CustomEvent("restored"));
  };
  form.addEventListener("submit", () => sessionStorage.setItem("kept-sent", key.slice(5)));

  const asked = {};
  const post = async (url, data) => {
    asked[url] = (asked[url] ?? 0) + 1;
    const mine = asked[url];
    const answer = await fetch(url, {
      method: "POST", body: new URLSearchParams(data), headers: { "X-Loalang-Token": body.dataset.token },
    });
    if (answer.status === 401) show(one("#ended"), true);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    return mine === asked[url] ? told : new Promise(() => {}); // of what stood there before: nobody waits for it any more
  };

  // everything that can be read of it: the text, and the texts among its parts
  const words = () => all("[name=text], .card:not(.is-gone) textarea[name=part_text]", form)
    .map((entry) => entry.value.trim()).filter(Boolean).join("\n");

  const count = () => {
    const counter = one(".counter", form), length = [...text.value.normalize("NFC")].length;
    const digits = length.toLocaleString(document.documentElement.lang);
    counter.textContent = text.dataset.counter.replace("%n", digits);
    counter.classList.toggle("over", length > Number(text.dataset.limit));
  };

  const spoken = async () => {
    const told = await post("/api/spoken", { text: words() });
    const shown = one("#spoken"), spelt = one("#spelt");
    shown.textContent = told.words || shown.dataset.empty;
    shown.classList.toggle("empty", !told.words);
    for (const player of all(".preview .sample audio")) { // of the words before these
      if (player.dataset.words === told.words) continue;
      player.pause();
      show(player, false);
    }
    show(spelt, told.spelt.length > 0);
    one("span", spelt).textContent = spelt.dataset.said.replace("%w", told.spelt.join(", "));
  };

  const boards = () => {
    const title = form.elements.title.value.trim();
    const read = words();
    const chosen = fields(), shown = new URLSearchParams({ title, text: read, level: chosen.get("level") || "" }).toString();
    let any = false;
    for (const board of all("[data-board]")) {
      const zones = (board.dataset.zones || "").split(" ").filter(Boolean), here = chosen.getAll("zones");
      const on = here.length > 0 && (!zones.length || zones.some((zone) => here.includes(zone)));
      const picture = one("img", board);
      const drawn = on && read !== "" && read.length <= Number(text.dataset.limit);
      show(board, drawn);
      show(picture, drawn);
      if (!drawn) continue;
      any = true;
      const address = picture.dataset.src + "?" + shown;
      if (picture.getAttribute("src") !== address) picture.src = address;
    }
    show(one("#no-board"), !any);
    return any ? unshown(shown) : undefined;
  };

  const unshown = async (shown) => {
    const told = await post("/api/boards", shown);
    for (const board of all("[data-board]")) {
      one(".unshown", board).replaceChildren(...told[board.dataset.board].map((said) => line("li", "", said)));
    }
  };

  const problem = (said) => {
    const paragraph = line("p", "problem", " " + said);
    paragraph.prepend(line("b", "", "!"));
    return paragraph;
  };
  const rule = async () => {
    const told = await post("/api/rule", fields());
    const words = one("#rule"), next = one("#next");
    words.replaceChildren(...(told.words.length ? told.words : [words.dataset.empty]).map((said) => line("p", "", said)));
    next.replaceChildren(...told.next.map((when) => line("li", "", next.dataset.said.replace("%w", when))));
    const mends = one("#mends"), same = mends.told === JSON.stringify(told.mends);
    mends.told = JSON.stringify(told.mends);
    if (!same) mends.replaceChildren(...told.mends.map(({ old, new: mended, said }) => {
      const button = line("button", "plain", said);
      button.type = "button";
      button.dataset.move = old + " " + mended;
      return button;
    }));
    for (const place of all("[data-problems]", form)) {
      const name = place.dataset.problems, wrong = (told.problems[name] || []).map(problem);
      place.replaceChildren(...wrong);
      if (wrong.length) wrong[0].id = name + "-problem";
      for (const entry of all(`input[name="${name}"], textarea[name="${name}"]`, form)) {
        if (!wrong.length) { entry.removeAttribute("aria-invalid"); continue; }
        entry.setAttribute("aria-invalid", "true");
        entry.setAttribute("aria-describedby", name + "-problem");
      }
    }
  };
  const put = (place, html) => { // a button under a finger stays unless it says something else
    if (place.told !== html) place.innerHTML = html;
    place.told = html;
  };
  const ahead = async () => {
    const place = one("#ahead");
    if (!place) return;
    const told = await post("/api/day", fields()), open = one("details", place).open;
    put(place, told.html);
    put(one("#meets"), told.meets);
    one("details", place).open = open;
  };
  // the week beside the editor, and the clock time that is mended there
  document.addEventListener("click", (event) => {
    const week = event.target.closest("[data-week]"), move = event.target.closest("[data-move]");
    if (!week && !move) return;
    event.preventDefault();
    if (week) { form.elements.week.value = week.dataset.week; later(ahead, 0); return; }
    const [old, mended] = move.dataset.move.split(" ");
    for (const input of all("[name=times]", form)) {
      if (input.value.trim().padStart(5, "0") !== old) continue;
      input.value = mended;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  const line = (tag, kind, words) => {
    const element = document.createElement(tag);
    element.className = kind;
    element.textContent = words;
    return element;
  };

  const waits = new Map();
  const later = (what, ms) => {
    clearTimeout(waits.get(what));
    waits.set(what, setTimeout(() => Promise.resolve(what()).catch(() => again(what)), ms));
  };
  const again = (what) => { if (one("#ended").hidden) later(what, 3000); }; // a weak line
  const keep = () => {
    if (typed() === served) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, typed());
  };
  form.addEventListener("input", (event) => {
    const name = event.target.name;
    keep();
    one(`#${name}-problem`)?.remove(); // it is being mended
    event.target.removeAttribute("aria-invalid");
    const said = name === "text" || name.startsWith("part_");
    if (name === "text") count();
    if (said && one("#spoken")) later(spoken, 300);
    if (said || ["title", "zones", "level"].includes(name)) later(boards, 500);
    if (event.target.closest(".when")) later(rule, 200);
    fits();
    const counts = said || ["zones", "level", "repeats", "repeat_pause", "lasts_min"].includes(name);
    if (counts || name === "title" || event.target.closest(".when")) later(ahead, 600);
    if (counts && one("#rule")) later(rule, 500); // what quiet hours say of it
  });
  // which entries belong to the kind that is chosen; the style sheet does it where it can
  const CHOOSE = { when: "when", monthly_by: "by", clocks: "clocks", feast: "feast", offset_way: "way" };
  const fits = () => {
    if (CSS.supports("selector(:has(*))") || !form.elements.when) return;
    show(one("[data-level]", form), form.elements.level.value === one("[data-level]", form).dataset.level);
    for (const [name, mark] of Object.entries(CHOOSE)) {
      const value = form.elements[name].value;
      for (const part of all(`[data-${mark}]`, form)) show(part, part.dataset[mark].split(" ").includes(value));
    }
  };
  document.addEventListener("whole", () => {
    restore();
    const sent = "kept:" + sessionStorage.getItem("kept-sent");
    if (sent !== key) sessionStorage.removeItem(sent); // it came back as the editor of what is stored now
    sessionStorage.removeItem("kept-sent");
    fits();
    count();
    if (typed() === served) return;
    keep(); // something was put back, or written already
    if (one("#spoken")) for (const look of [boards, spoken, rule, ahead]) later(look, 0);
  }, { once: true });
})();
