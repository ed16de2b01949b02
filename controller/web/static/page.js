// What every page does by itself: asks the station how things are, acts at once, fetches again what did not come.
// Everything that matters works without it.
(() => {
  "use strict";
  const body = document.body;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const show = (element, yes) => { if (element) element.hidden = !yes; };
  document.currentScript.dataset.ran = "";
  one('main [id$="-problem"]')?.scrollIntoView({ block: "center" }); // what is to be mended may be far below on a phone

  // --- what changes on the page -------------------------------------------------------------
  const STALE_MS = 10000, HIDDEN_S = 15;
  let etag = "", pace = 3, timer = 0, asked = 0, lastGood = Date.now();
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

  // a button that goes away between a finger's coming down and its leaving is not pressed: what is held stays
  let held = null;
  const left = () => { held = null; };
  document.addEventListener("pointerdown", (event) => { held = event.button ? null : event.target.closest("[data-live]"); });
  for (const over of ["pointerup", "pointercancel"]) document.addEventListener(over, () => setTimeout(left));
  document.addEventListener("pointermove", (event) => { if (!event.buttons) left(); }); // let go where nobody saw it
  window.addEventListener("blur", left);

  const named = (entry) => [
    entry.href, entry.form?.action, entry.form && new URLSearchParams(new FormData(entry.form)), entry.textContent,
  ].join();
  const put = (fragments) => {
    for (const place of all("[data-live]")) {
      const html = fragments[place.dataset.live];
      if (html === undefined || seen[place.dataset.live] === html) continue;
      if ("busy" in place.dataset || place === held) { etag = ""; continue; } // it is asked for again
      const first = seen[place.dataset.live] === undefined, open = all("details", place).map((each) => each.open);
      seen[place.dataset.live] = html;
      if (first && place.innerHTML.trim() === html.trim()) continue; // the very thing that was served
      if (place.contains(document.activeElement)) { // whoever has no mouse stays on the same button, wherever it is now
        const ways = () => all("a, button, summary", place), before = ways();
        const at = before.indexOf(document.activeElement), name = named(document.activeElement);
        place.innerHTML = html;
        const same = ways().find((each) => named(each) === name) ?? (ways().length === before.length && ways()[at]);
        if (same) same.focus();
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
  const heard = (player) => {
    const button = one("[data-listen]"), sha256 = button && button.form.elements.sha256.value;
    if (!button || !player.src.includes(sha256) || listened.has(sha256) || !heardOf(player)) return;
    listened.add(sha256);
    listenFirst();
  };
  for (const told of ["timeupdate", "ended", "pause"]) {
    document.addEventListener(told, (event) => heard(event.target), true); // what media tell does not bubble
  }
  listenFirst();
  all("audio").forEach(heard); // somebody may have listened before this script came

  const within = (ms) => { // AbortSignal.timeout is younger than many a phone
    const given = new AbortController();
    setTimeout(() => given.abort(), ms);
    return given.signal;
  };
  const ask = async () => {
    clearTimeout(timer);
    if (!body.dataset.state) return;
    asked += 1;
    const mine = asked; // the answer to an older one may be older than what has been done since
    try {
      const answer = await fetch(body.dataset.state, {
        headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", signal: within(8000),
      });
      const told = answer.status === 200 && await answer.json();
      if (mine !== asked) return;
      if (answer.status === 401) { show(one("#ended"), true); return; }
      if (told) {
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
      if (mine === asked) {
        show(one("#stale"), Date.now() - lastGood > STALE_MS);
        const seconds = document.hidden ? HIDDEN_S : pace;
        timer = setTimeout(ask, seconds * 1000 * (0.9 + 0.2 * Math.random()));
      }
    }
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  document.addEventListener("ask", ask);
  const lost = () => { // no line: it is said until the station has answered again
    lastGood = 0;
    show(one("#stale"), true);
    scrollTo(0, 0);
  };
  document.addEventListener("lost", lost);
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
      else lost(); // leaving for the browser's own page would help nobody
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
  const [way] = performance.getEntriesByType("navigation"), came = way ? way.type : "navigate";
  for (const input of all("[data-send]")) {
    input.addEventListener("change", () => input.value && input.form.submit());
    // chosen before this script came; back on the page, it is the browser that puts it there
    if (came === "navigate" && input.value && input.value !== input.defaultValue) input.form.submit();
  }

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

  // --- a script that did not come, on a weak line, is asked for again; until then this is a page without one ------
  const FETCH_MS = 2000;
  const fetched = (script) => new Promise((come) => {
    const ask_for = () => {
      const again = document.createElement("script");
      again.src = script.src;
      again.onload = come;
      again.onerror = () => { again.remove(); setTimeout(ask_for, FETCH_MS); };
      document.head.append(again);
    };
    ask_for();
  });
  let begun = false;
  const begin = async () => { // all have come by now, or failed
    if (begun) return;
    begun = true;
    const lost = all("script[src]").filter((script) => !("ran" in script.dataset) && !script.src.includes("/page.js"));
    await Promise.all(lost.map(fetched));
    document.documentElement.classList.add("script");
    document.dispatchEvent(new Event("whole"));
  };
  document.addEventListener("DOMContentLoaded", begin);
  window.addEventListener("load", begin);
  if (document.readyState === "complete") begin(); // help.js has fetched this one

  // --- what was typed in an editor and has been sent need not be kept -----------------------------------
  if (!one("form[data-keep]")) {
    sessionStorage.removeItem("kept:" + (sessionStorage.getItem("kept-sent") || ""));
    sessionStorage.removeItem("kept-sent");
  }
})();
