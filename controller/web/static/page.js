// What the page does by itself: asks the station how things are, shows while one types how it will be spoken,
// keeps what was typed. Everything that matters works without it.
(() => {
  "use strict";
  const body = document.body;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const show = (element, yes) => { if (element) element.hidden = !yes; };
  document.documentElement.classList.add("script");
  one('main [id$="-problem"]')?.scrollIntoView({ block: "center" }); // what is to be mended may be far below on a phone

  // --- what changes on the page -------------------------------------------------------------
  const STALE_MS = 10000, HIDDEN_S = 15;
  let etag = "", pace = 3, timer = 0, asking = false, lastGood = Date.now();
  const seen = {};

  // beside a time that nothing vouches for: what this phone says
  const compare = () => {
    const clock = one("[data-minute]");
    if (!clock) return;
    const now = new Date(), apart = Math.abs(Math.floor(now / 60000) - Number(clock.dataset.minute));
    const other = one(".phone.other", clock);
    show(one(".phone.same", clock), apart < 2);
    show(other, apart >= 2);
    other.textContent = other.dataset.said.replace("%t", now.toLocaleString(document.documentElement.lang, {
      timeZone: body.dataset.zone, hour: "2-digit", minute: "2-digit", day: "numeric", month: "numeric", year: "numeric",
    }));
  };

  const put = (fragments) => {
    for (const place of all("[data-live]")) {
      const html = fragments[place.dataset.live];
      if (html === undefined || seen[place.dataset.live] === html || "busy" in place.dataset) continue;
      const first = seen[place.dataset.live] === undefined, open = all("details", place).map((each) => each.open);
      seen[place.dataset.live] = html;
      if (first && place.innerHTML.trim() === html.trim()) continue; // the very thing that was served
      if (place.contains(document.activeElement)) { // keep the finger on the button under it
        const at = all("a, button", place).indexOf(document.activeElement);
        place.innerHTML = html;
        all("a, button", place)[at]?.focus();
      } else {
        place.innerHTML = html;
      }
      all("details", place).forEach((each, at) => { each.open = open[at] || each.open; });
    }
    compare();
    listenFirst();
    document.dispatchEvent(new Event("put"));
  };

  // --- a sound is approved by whoever has listened to most of it ------------------------------
  const MOST = 0.8, listened = new Set();
  const heardOf = (player) => {
    let seconds = 0;
    for (let i = 0; i < player.played.length; i++) seconds += player.played.end(i) - player.played.start(i);
    return seconds >= MOST * player.duration;
  };
  const listenFirst = () => {
    for (const button of all("[data-listen]")) {
      button.disabled = !listened.has(button.form.elements.sha256.value);
      show(one("#listen-first"), button.disabled);
    }
  };
  for (const told of ["timeupdate", "ended", "pause"]) {
    document.addEventListener(told, (event) => {
      const button = one("[data-listen]"), player = event.target;
      const sha256 = button && button.form.elements.sha256.value;
      if (!button || !player.src.includes(sha256) || listened.has(sha256) || !heardOf(player)) return;
      listened.add(sha256);
      listenFirst();
    }, true); // what media tell does not bubble
  }
  listenFirst();

  const ask = async () => {
    clearTimeout(timer);
    if (!body.dataset.state || asking) return;
    asking = true;
    try {
      const answer = await fetch(body.dataset.state, {
        headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", signal: AbortSignal.timeout(8000),
      });
      if (answer.status === 401) { show(one("#ended"), true); return; }
      if (answer.status === 200) {
        const told = await answer.json();
        etag = answer.headers.get("ETag") || "";
        pace = told.pace_s;
        put(told.html);
      } else if (answer.status !== 304) {
        throw new Error(String(answer.status));
      }
      lastGood = Date.now();
      show(one("#ended"), false);
    } catch {
      // said below, once it has lasted
    } finally {
      asking = false;
      show(one("#stale"), Date.now() - lastGood > STALE_MS);
      const seconds = document.hidden ? HIDDEN_S : pace;
      timer = setTimeout(ask, seconds * 1000 * (0.9 + 0.2 * Math.random()));
    }
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  document.addEventListener("ask", ask);
  if (body.dataset.state) ask();

  // --- buttons that act at once ---------------------------------------------------------------
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!form.matches("[data-quick]")) {
      if (button) setTimeout(() => { button.disabled = true; }); // after the browser has read it
      return;
    }
    event.preventDefault();
    if (button) button.disabled = true;
    let answer = null;
    try {
      answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const ask_again = form.closest("details");
      if (ask_again) { ask_again.open = false; scrollTo(0, 0); } // where what now sounds is said, and how to stop it
      await ask();
    } catch {
      if (answer) form.submit(); // the page itself then says what is wrong
      else { show(one("#stale"), true); scrollTo(0, 0); } // no line: leaving for the browser's own page would help nobody
    } finally {
      if (button) button.disabled = false;
      listenFirst();
    }
  });
  window.addEventListener("pageshow", () => {
    all("button:disabled:not([data-idle])").forEach((button) => { button.disabled = false; });
    listenFirst();
  });
  document.addEventListener("click", (event) => {
    for (const open of all("details.ask[open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of all("details.ask[open]")) {
      if (open.contains(document.activeElement)) one("summary", open).focus(); // or the keyboard would be nowhere
      open.open = false;
    }
  });

  // --- passwords can be looked at ---------------------------------------------------------------
  for (const label of all("[data-reveal]")) {
    label.hidden = false;
    one("input", label).addEventListener("change", (event) => {
      one("#" + label.dataset.reveal).type = event.target.checked ? "text" : "password";
    });
  }
  for (const input of all("[data-send]")) input.addEventListener("change", () => input.value && input.form.submit());

  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  window.addEventListener("beforeprint", () => all("details.fold").forEach((fold) => { fold.open = true; }));

  // --- an address to be copied; without https there is no clipboard, so what is marked is copied ----
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      getSelection().selectAllChildren(one("#" + button.dataset.copy));
      if (document.execCommand("copy")) button.textContent = button.dataset.done;
    });
  }

  // --- the editors ------------------------------------------------------------------------------
  const form = one("form[data-keep]");
  if (!form) {
    sessionStorage.removeItem("kept:" + (sessionStorage.getItem("kept-sent") || ""));
    sessionStorage.removeItem("kept-sent");
    return;
  }
  const text = form.elements.text;
  const key = "kept:" + body.dataset.user + form.elements.here.value;
  const fields = () => new FormData(form);
  const typed = (of = form) => JSON.stringify([...new FormData(of)].filter(([name, value]) => !["token", "here"].includes(name) && typeof value === "string"));

  // lists of dates and times, one more line without asking the station for it
  const rows = (list) => all("input", list);
  const longer = (list) => {
    const last = rows(list).at(-1), added = last.cloneNode();
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
  const blank = form.cloneNode(true); // somebody, or the browser itself, may have written before this script came
  blank.reset();
  const served = typed(blank);
  const kept = sessionStorage.getItem(key);
  if (kept && kept !== served && !one(".problem", form) && !sessionStorage.getItem("kept-sent")) {
    const values = JSON.parse(kept), taken = {};
    form.dispatchEvent(new CustomEvent("restore", { detail: values })); // the cards of an announcement's parts
    for (const list of all("[data-rows]", form)) {
      for (let wanted = values.filter(([name]) => name === list.dataset.rows).length; rows(list).length < wanted;) longer(list);
    }
    for (const field of [...form.elements]) {
      if (!field.name || ["token", "here"].includes(field.name) || ["submit", "file"].includes(field.type)) continue;
      const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = mine.includes(field.value);
      else if (mine.length) field.value = mine[taken[field.name] = (taken[field.name] ?? -1) + 1] ?? "";
    }
    form.dispatchEvent(new CustomEvent("restored"));
  }
  const sent = "kept:" + sessionStorage.getItem("kept-sent");
  if (sent !== key) sessionStorage.removeItem(sent); // it came back as the editor of what is stored now
  sessionStorage.removeItem("kept-sent");
  form.addEventListener("submit", () => sessionStorage.setItem("kept-sent", key.slice(5)));

  const post = async (url, data) => {
    const answer = await fetch(url, {
      method: "POST", body: new URLSearchParams(data), headers: { "X-Loalang-Token": body.dataset.token },
    });
    if (answer.status === 401) show(one("#ended"), true);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
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
    if (any) unshown(shown).catch(() => {});
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
    one("#mends").replaceChildren(...told.mends.map(({ old, new: mended, said }) => {
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
  const ahead = async () => {
    const place = one("#ahead");
    if (!place) return;
    const told = await post("/api/day", fields()), open = one("details", place).open;
    place.innerHTML = told.html;
    one("#meets").innerHTML = told.meets;
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
  fits();
  count();
  if (typed() !== served) { // something was put back, or written already
    keep();
    boards();
    if (one("#spoken")) for (const look of [spoken, rule, ahead]) later(look, 0);
  }
})();
