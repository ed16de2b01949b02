// The editor of a notice: what the boards make of it while one types, and its picture sent with its progress.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  // --- an emergency that was confirmed: sent until the station has it, and said at every moment how that stands ------
  const SAID_MS = 400, SLOW_MS = 1500, AGAIN_MS = 1000, ANSWER_MS = 15000;
  const confirm = document.querySelector("#confirm"), trying = document.querySelector("#trying");
  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  const tell = (words) => {
    const place = trying.querySelector("p");
    if (place.textContent !== words) place.textContent = words;
    trying.hidden = false;
    trying.scrollIntoView({ block: "nearest" });
  };
  const within = (ms) => { // AbortSignal.timeout is younger than many a phone
    const given = new AbortController();
    setTimeout(() => given.abort(), ms);
    return given.signal;
  };
  const insist = async (button) => {
    const fields = new FormData(confirm);
    fields.set("act", "save");
    for (let times = 1; ; times += 1) {
      const slow = setTimeout(() => tell(trying.dataset.slow.replace("%n", times)), SLOW_MS);
      const first = setTimeout(() => { if (times === 1) tell(trying.dataset.sending); }, SAID_MS);
      let answer = null;
      try {
        answer = await fetch(confirm.action, {
          method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" },
          signal: within(ANSWER_MS),
        });
        if (answer.ok) { location.assign((await answer.json()).url); return; }
      } catch { /* said below */ } finally {
        clearTimeout(slow);
        clearTimeout(first);
      }
      if (answer && answer.status !== 503) break;
      tell((answer ? trying.dataset.busy : trying.dataset.lost).replace("%n", times + 1));
      await pause(AGAIN_MS);
    }
    button.disabled = false; // the page itself then says what is wrong
    sent = true;
    if (confirm.requestSubmit) confirm.requestSubmit(button);
    else confirm.submit(); // saving is what it does when no button says otherwise
  };
  let sent = false;
  if (confirm) {
    confirm.addEventListener("submit", (event) => {
      if (sent || event.submitter?.value !== "save") return;
      event.preventDefault();
      event.stopPropagation(); // the button stays as it is while this tries
      event.submitter.disabled = true;
      insist(event.submitter);
    });
    return;
  }
  const form = document.querySelector("form.notice");
  if (!form) return;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const show = (element, yes) => { if (element) element.hidden = !yes; };
  const headers = { "X-Loalang-Token": document.body.dataset.token, Accept: "application/json" };

  // --- the boards ---------------------------------------------------------------------------------
  const faces = one("#faces"), SHOWN = ["special", "title", "text", "picture", "qr", "where", "boards", "zones", "level"];
  const drawn = (of = form) => {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(of)) if (SHOWN.includes(name) && typeof value === "string") data.append(name, value);
    return data.toString();
  };
  const AGAIN_LOOK_MS = 3000, blank = form.cloneNode(true); // written in before this script came, it is not what is drawn
  blank.reset();
  let timer = 0, asked = drawn(blank);
  const look = async () => {
    const body = drawn();
    if (!faces || body === asked) return;
    asked = body;
    try {
      const answer = await fetch(faces.dataset.url, {
        method: "POST", body, headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
      });
      if (answer.status === 401) { show(one("#ended"), true); asked = ""; return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (body !== asked) return;
      put(told.html);
      const fewer = one("#fewer"); // on a phone the boards are far below the words
      show(fewer, told.fewer !== "");
      one("span", fewer).textContent = fewer.dataset.said.replace("%b", told.fewer);
    } catch {
      if (body !== asked) return;
      asked = ""; // a weak line: it is asked for again
      timer = setTimeout(look, AGAIN_LOOK_MS);
    }
  };
  const put = (html) => { // a picture stays until the next one is there: nothing jumps
    const held = new Map(all("[data-face]", faces).map((face) => [face.dataset.face, one(".face", face).scrollTop]));
    const heights = new Map(all("[data-face] img", faces).map((img) => [img.closest("[data-face]").dataset.face, img.height]));
    faces.innerHTML = html;
    for (const face of all("[data-face]", faces)) {
      const img = one("img", face), height = heights.get(face.dataset.face);
      if (height && !img.complete) {
        img.height = height;
        img.addEventListener("load", () => { img.removeAttribute("height"); }, { once: true });
      }
      one(".face", face).scrollTop = held.get(face.dataset.face) || 0;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 400);
    fits();
  });

  // --- which entries there are, where the style sheet cannot tell -----------------------------------
  const fits = () => {
    if (CSS.supports("selector(:has(*))")) return;
    const special = form.elements.special.value !== "", urgent = form.elements.level.value === "emergency";
    all(".for-written", form).forEach((each) => show(each, !special));
    all(".for-special", form).forEach((each) => show(each, special));
    all(".for-ordinary", form).forEach((each) => show(each, !urgent));
    show(one("[data-level]", form), urgent);
    if (form.elements.where) show(one(".chosen", form), form.elements.where.value === "some");
  };

  // an emergency ends soon: what a quiet notice was given as its end is not what is meant
  const EMERGENCY_H = 3, LONGEST_H = 24, HOUR_MS = 3600000;
  let before = null; // what the end was, and what was made of it
  const levelled = (level) => {
    const date = form.elements.until_date, time = form.elements.until_time;
    if (level !== "emergency") {
      if (before && `${date.value} ${time.value}` === before.made) [date.value, time.value] = before.was;
      before = null;
      return;
    }
    const here = (at) => new Intl.DateTimeFormat("sv-SE", {
      timeZone: document.body.dataset.zone, dateStyle: "short", timeStyle: "short",
    }).format(at).split(" ");
    const [last_day, last_time] = here(Date.now() + LONGEST_H * HOUR_MS);
    if (date.value && `${date.value} ${time.value}` <= `${last_day} ${last_time}`) return;
    before = { was: [date.value, time.value] };
    [date.value, time.value] = here(Date.now() + EMERGENCY_H * HOUR_MS);
    before.made = `${date.value} ${time.value}`;
    date.dispatchEvent(new Event("input", { bubbles: true }));
  };
  form.addEventListener("change", (event) => { if (event.target.name === "level") levelled(event.target.value); });

  // --- its picture ----------------------------------------------------------------------------------
  const place = one("#bring"), said = place.dataset, file = form.elements.file, kept = form.elements.picture;
  const thumb = one(".taken img", place), LIMIT = Number(said.limitMb) * 1024 * 1024;
  let sending = false;
  const seen = () => {
    show(one(".taken", place), kept.value !== "");
    show(one(".untaken", place), kept.value === "" && !sending);
    if (kept.value) thumb.src = thumb.dataset.src.replace("SHA256", kept.value);
  };
  let newer = null; // than what was kept when the page went away
  const changed = () => { seen(); newer = kept.value; kept.dispatchEvent(new Event("input", { bubbles: true })); };
  const wrong = (words) => {
    const problem = document.createElement("p"), sign = document.createElement("b");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    sign.textContent = "!";
    sign.setAttribute("aria-hidden", "true");
    problem.append(sign, " " + words);
    one(".said", place).replaceChildren(problem);
  };
  const send = (picture) => {
    one(".said", place).replaceChildren();
    if (picture.size > LIMIT) { wrong(said.large.replace("%m", Math.ceil(picture.size / 1024 / 1024))); return; }
    const bar = one("progress", place), words = one(".sending .told", place), asking = new XMLHttpRequest();
    asking.open("POST", "/pictures?name=" + encodeURIComponent(picture.name));
    for (const [name, value] of Object.entries(headers)) asking.setRequestHeader(name, value);
    asking.setRequestHeader("Content-Type", "application/octet-stream");
    asking.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      const share = Math.round(100 * bar.value), all_of_it = event.loaded === event.total;
      const now = all_of_it ? said.checking : said.sending.replace("%p", share - share % 10);
      if (words.textContent !== now) words.textContent = now;
      if (all_of_it) bar.removeAttribute("value");
    };
    asking.onloadend = () => {
      sending = false;
      show(one(".sending", place), false);
      let told = {};
      try { told = JSON.parse(asking.responseText); } catch { /* no answer of ours */ }
      if (asking.status === 200) kept.value = told.sha256;
      else wrong((told.problems && told.problems.picture || []).join(" ") || told.problem || said.failed);
      changed();
    };
    sending = true;
    bar.value = 0;
    words.textContent = said.sending.replace("%p", 0);
    show(one(".sending", place), true);
    seen();
    asking.send(picture);
  };
  const take = () => {
    const [picture] = file.files;
    if (picture) send(picture);
    file.value = ""; // the form itself takes no file along
  };
  file.addEventListener("change", take);
  one("[data-without]", place).addEventListener("click", (event) => {
    event.preventDefault();
    kept.value = "";
    changed();
    file.focus();
  });
  form.addEventListener("submit", (event) => {
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong(said.busy);
    place.scrollIntoView({ block: "center" });
  }, true);
  form.addEventListener("restored", () => { kept.value = newer ?? kept.value; seen(); fits(); look(); });
  seen();
  fits();
  take(); // what was chosen before this script came
  const [chosen] = all("[name=level]", form).filter((each) => each.checked && !each.defaultChecked);
  if (chosen) levelled(chosen.value);
  look();
})();
