// An opened file: one tap copies an answer for the portal, and marks it as done; nothing typed is left behind, and
// nothing is shown once the desk has locked itself. Everything that matters works without it.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  const copy = async (from) => {
    try {
      await navigator.clipboard.writeText(from.textContent);
      return true;
    } catch { // without https there is no clipboard: what is marked is copied
      const marked = getSelection();
      marked.selectAllChildren(from);
      const done = document.execCommand("copy");
      if (done) marked.removeAllRanges();
      return done;
    }
  };
  for (const button of document.querySelectorAll("[data-copied]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (!await copy(button.previousElementSibling)) return;
      button.textContent = "✓ " + button.dataset.copied;
      button.closest(".copied").classList.add("done");
    });
  }

  addEventListener("keydown", (event) => { // a photo that stands over everything goes with one key
    if (event.key === "Escape") document.querySelector(".large:target [data-close]")?.click();
  });

  // what was typed and not sent: nobody leaves it behind unasked
  const work = document.querySelector("#work");
  const typed = () => work !== null && ("typed" in work.dataset || [...work.querySelectorAll("textarea, [name=portal_code]")]
    .some((entry) => entry.value !== entry.defaultValue));
  let sent = false;
  addEventListener("beforeunload", (event) => { if (typed() && !sent) event.preventDefault(); });
  work?.addEventListener("submit", () => { sent = true; });

  // the desk locks itself on the screen as well; what was typed waits behind the lock
  const LOOK_MS = 30000;
  const look = async () => {
    try {
      const answer = await fetch("/api/files", { cache: "no-store", headers: { Accept: "application/json" } });
      const out = answer.status === 401; // signed out, perhaps in another window
      if (!out && !answer.ok) return;
      const told = out ? { locked: true } : await answer.json(), newer = document.querySelector("#newer");
      if (newer && told.new > Number(newer.dataset.new)) newer.hidden = false;
      if (!told.locked) return;
    } catch {
      return; // no line: it is asked again
    }
    clearInterval(looking);
    if (!typed()) { location.reload(); return; }
    document.querySelector("#locked").hidden = false;
    document.querySelector("main .file").hidden = true;
  };
  const looking = setInterval(look, LOOK_MS);

  // what is taken along is a download: the page stays, and so must its buttons
  for (const form of document.querySelectorAll("[data-stays]")) {
    form.addEventListener("submit", () => {
      sent = true;
      setTimeout(() => {
        sent = false;
        for (const button of form.querySelectorAll("button")) button.disabled = false;
      }, 2000);
    });
  }
})();
