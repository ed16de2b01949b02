// What an announcement is made of, in the editor: cards that are added, moved, taken out and put back without asking
// the station; files sent with their progress; the microphone. Without this the same buttons ask the station.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  const list = document.querySelector(".sources");
  if (!list) return;
  const form = list.closest("form"), body = document.body, said = list.dataset;
  const one = (selector, root) => root.querySelector(selector);
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const show = (element, yes) => { if (element) element.hidden = !yes; };
  const field = (card, name) => one(`[name=part_${name}]`, card);
  const FIELDS = ["kind", "text", "seconds", "sha256", "name", "language", "gone"];
  const RECORDINGS = ["recording", "voice"];
  const LIMIT = Number(said.limitMb) * 1024 * 1024;
  let touched = false; // by somebody, before what was kept is put back
  const changed = (card) => {
    touched = true;
    field(card, "kind").dispatchEvent(new Event("input", { bubbles: true }));
  };

  // --- cards ------------------------------------------------------------------------------------
  const added = (kind) => {
    const card = one(`template[data-card=${kind}]`, form).content.firstElementChild.cloneNode(true);
    card.removeAttribute("id"); // the fields of a template are enough: it is known by where it stands
    list.append(card);
    prepare(card);
    return card;
  };

  const seen = (card) => { // what its fields say of it
    const gone = field(card, "gone").value !== "";
    if (card.dataset.kind === "main") return;
    card.classList.toggle("is-gone", gone);
    show(one(".was", card), gone);
    show(one(".card-body", card), !gone);
    const name = RECORDINGS.includes(card.dataset.kind) ? field(card, "name").value : field(card, "text").value.slice(0, 60);
    one(".was em", card).textContent = name;
    if (!RECORDINGS.includes(card.dataset.kind)) return;
    const sha256 = field(card, "sha256").value, player = one("audio", card);
    show(one(".taken", card), sha256 !== "");
    show(one(".untaken", card), sha256 === "" && !card.dataset.microphone);
    one(".file-name", card).textContent = field(card, "name").value;
    if (sha256 && !(player.getAttribute("src") || "").endsWith(sha256)) {
      player.src = "/recordings/" + sha256;
      lengthOf(card, sha256).catch(() => {});
    }
  };

  const move = (card, up) => {
    const other = up ? card.previousElementSibling : card.nextElementSibling;
    if (!other) return;
    if (up) other.before(card); else other.after(card);
    changed(card);
    card.scrollIntoView({ block: "nearest" });
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-part]");
    if (!button) return;
    event.preventDefault();
    const card = button.closest("li"), what = button.dataset.part;
    if (what === "up" || what === "down") {
      move(card, what === "up");
      (button.offsetParent ? button : one(what === "up" ? "[data-part=down]" : "[data-part=up]", card)).focus();
      return;
    }
    if (what === "gone") all("audio", card).forEach((player) => player.pause());
    field(card, "gone").value = what === "gone" ? "1" : "";
    seen(card);
    changed(card);
    one(what === "gone" ? "[data-part=back]" : "[data-part=gone]", card).focus();
  });

  one(".add-parts", form).addEventListener("click", (event) => {
    const button = event.target.closest("[data-add]");
    if (!button) return;
    event.preventDefault();
    const card = added(button.dataset.add);
    changed(card);
    card.scrollIntoView({ block: "nearest" });
    const first = one(".start:not([hidden]), [type=file], textarea, select", card);
    if (button.dataset.add === "recording") first.click(); // the phone's own list of files at once
    else (first.closest("[hidden]") ? one("[type=file]", card) : first).focus();
  });

  list.addEventListener("input", (event) => {
    const card = event.target.closest(".card");
    if (card && event.target.type !== "file") all(".problem", card).forEach((problem) => problem.remove());
  });

  // --- sending ------------------------------------------------------------------------------------
  let sending = 0;
  const unsent = new Map(); // card -> sends what did not arrive: nobody should have to say it once more
  const recorders = new Map(); // card -> ends its recording
  const kept = () => list.querySelectorAll(".card:not(.is-gone)");
  const wrong = (card, words) => {
    const problem = document.createElement("p"), sign = document.createElement("b");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    sign.textContent = "!";
    sign.setAttribute("aria-hidden", "true");
    problem.append(sign, " " + words);
    all(".problem", card).forEach((old) => old.remove());
    const before = one(".of-language", card);
    if (before) before.before(problem); else one(".card-body", card).append(problem);
  };
  const lasting = (card, told) => {
    const length = one(".file-length", card);
    length.textContent = length.dataset.said.replace("%d", told.lasting);
  };
  const lengthOf = async (card, sha256) => { // of a recording that came back with what was kept
    const answer = await fetch("/api/recordings/" + sha256, { headers: { Accept: "application/json" } });
    if (answer.ok) lasting(card, await answer.json());
  };
  const taken = (card, told) => {
    field(card, "sha256").value = told.sha256;
    field(card, "name").value = told.name;
    one("audio", card).src = told.url;
    lasting(card, told);
    seen(card);
    changed(card);
  };
  const send = (card, file, name) => {
    all(".problem", card).forEach((old) => old.remove());
    unsent.delete(card);
    show(one(".unsent", card), false);
    if (file.size > LIMIT) { wrong(card, said.large); return; }
    const place = one(".sending", card), words = one(".told", place), bar = one("progress", place);
    const asked = new XMLHttpRequest();
    asked.open("POST", "/recordings?name=" + encodeURIComponent(name));
    asked.setRequestHeader("X-Loalang-Token", body.dataset.token);
    asked.setRequestHeader("Accept", "application/json");
    asked.setRequestHeader("Content-Type", "application/octet-stream");
    asked.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      const share = Math.round(100 * bar.value), all_of_it = event.loaded === event.total;
      const now = all_of_it ? said.checking : said.sending.replace("%p", share - share % 10);
      if (words.textContent !== now) words.textContent = now;
      if (all_of_it) bar.removeAttribute("value");
    };
    asked.onloadend = () => {
      sending -= 1;
      show(place, false);
      let told = {};
      try { told = JSON.parse(asked.responseText); } catch { /* no answer of ours */ }
      if (asked.status === 200) { taken(card, told); return; }
      wrong(card, (told.problems && told.problems.file || []).join(" ") || told.problem || said.failed);
      show(one(".untaken", card), !card.dataset.microphone);
      if (asked.status === 422 || asked.status === 413) return; // the same file would be refused again
      const again = () => send(card, file, name);
      unsent.set(card, again);
      one(".resend", card).onclick = again;
      show(one(".unsent", card), true);
    };
    sending += 1;
    bar.value = 0;
    words.textContent = said.sending.replace("%p", 0);
    show(place, true);
    show(one(".untaken", card), false);
    asked.send(file);
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.value !== "save") return;
    const cards = [...kept()], speaking = cards.find((each) => recorders.has(each));
    const late = cards.find((each) => one(".sending", each) && !one(".sending", each).hidden);
    const card = speaking || late || cards.find((each) => unsent.has(each));
    if (!card) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (speaking) recorders.get(card)(); // who saves has said what there is to say
    wrong(card, speaking || late ? said.busy : said.unsent);
    card.scrollIntoView({ block: "center" });
  }, true);
  addEventListener("beforeunload", (event) => {
    if (sending || [...kept()].some((each) => recorders.has(each) || unsent.has(each))) event.preventDefault();
  });

  // --- the microphone -----------------------------------------------------------------------------
  const canRecord = () => Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia && window.MediaRecorder);
  const clock = (seconds) => Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0");

  const microphone = (card) => {
    const place = one(".microphone", card), words = one(".told", place), start = one(".start", place);
    const finish = one(".finish", place), level = one(".loudness", place);
    const hint = one(".without-microphone", card);
    if (!canRecord()) { // no secure address, or an old browser: the phone's own recorder
      hint.textContent = said.absent;
      return;
    }
    card.dataset.microphone = "yes";
    show(place, true);
    words.textContent = said.ask;

    const own = (reason) => {
      delete card.dataset.microphone;
      show(place, false);
      hint.textContent = reason;
      seen(card);
    };
    start.addEventListener("click", async () => {
      let stream;
      start.disabled = true;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch (error) {
        if (error.name === "NotFoundError") own(said.absent);
        else if (error.name === "NotAllowedError" || error.name === "SecurityError") own(said.denied);
        else wrong(card, said.inUse);
        return;
      } finally {
        start.disabled = false;
      }
      record(stream);
    });

    const record = (stream) => {
      all(".problem", card).forEach((old) => old.remove());
      let interrupted = false;
      const awake = navigator.wakeLock && navigator.wakeLock.request("screen").catch(() => null); // asleep, it may stop
      const kinds = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
      const mimeType = kinds.find((kind) => MediaRecorder.isTypeSupported(kind));
      const recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 64000 } : undefined);
      const pieces = [], begun = performance.now();
      const context = new AudioContext(), listener = context.createAnalyser(), wave = new Float32Array(1024);
      listener.fftSize = 1024;
      context.createMediaStreamSource(stream).connect(listener);
      all("audio, video", document).forEach((player) => player.pause()); // or it would be recorded
      const watch = setInterval(() => {
        listener.getFloatTimeDomainData(wave);
        one("meter", level).value = Math.max(...wave.map(Math.abs));
        const seconds = (performance.now() - begun) / 1000;
        one(".clock", level).textContent = clock(seconds);
        if (seconds >= Number(said.longest) || !card.isConnected || field(card, "gone").value) end();
      }, 100);
      const end = () => { if (recorder.state !== "inactive") recorder.stop(); };
      const cut = () => { interrupted = true; words.textContent = said.cut; };
      for (const track of stream.getTracks()) {
        track.addEventListener("mute", cut);
        track.addEventListener("ended", () => { cut(); end(); });
      }
      recorder.ondataavailable = (event) => { if (event.data.size) pieces.push(event.data); };
      recorder.onstop = () => {
        clearInterval(watch);
        recorders.delete(card);
        if (awake) awake.then((lock) => lock && lock.release());
        stream.getTracks().forEach((track) => track.stop());
        context.close();
        show(level, false);
        show(finish, false);
        show(start, true);
        start.textContent = said.again;
        words.textContent = interrupted ? said.cut : "";
        const when = new Date().toLocaleString(document.documentElement.lang, {
          timeZone: body.dataset.zone, hour: "2-digit", minute: "2-digit", day: "numeric", month: "numeric",
        });
        if (pieces.length) send(card, new Blob(pieces, { type: recorder.mimeType }), said.named.replace("%w", when));
      };
      finish.onclick = end;
      recorders.set(card, end);
      unsent.delete(card);
      show(one(".unsent", card), false);
      words.textContent = said.recording;
      one(".clock", level).textContent = clock(0);
      show(level, true);
      show(finish, true);
      show(start, false);
      show(one(".taken", card), false);
      finish.focus();
      recorder.start(1000);
    };
  };

  const prepare = (card) => {
    const kind = card.dataset.kind;
    if (kind === "voice" && !field(card, "sha256").value) microphone(card);
    if (RECORDINGS.includes(kind)) {
      const input = one("[type=file]", card);
      const take = () => {
        const [file] = input.files;
        if (file) send(card, file, file.name);
        input.value = ""; // the form itself takes no file along
      };
      input.addEventListener("change", take);
      take(); // what was chosen before this script came
    }
    seen(card);
  };
  all(".card", list).forEach(prepare);

  // --- what was kept when the page went away: as many cards, in that order, then their fields -------
  form.addEventListener("restore", (event) => {
    if (sending || touched) { event.preventDefault(); return; }
    const column = (name) => event.detail.filter(([each]) => each === "part_" + name).map(([, value]) => value);
    const kinds = column("kind"), main = one("[data-kind=main]", list);
    if (!kinds.includes("main")) return;
    all(".card", list).forEach((card) => card.remove());
    for (const kind of kinds) {
      if (kind === "main") list.append(main);
      else if (one(`template[data-card="${CSS.escape(kind)}"]`, form)) added(kind);
    }
  });
  form.addEventListener("restored", () => all(".card", list).forEach((card) => {
    if (field(card, "sha256") && field(card, "sha256").value && card.dataset.microphone) {
      delete card.dataset.microphone;
      show(one(".microphone", card), false);
    }
    seen(card);
  }));
})();
