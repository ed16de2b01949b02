// Words that are listened to before they are saved: a button [data-sample] names where they stand.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  const one = (selector, root = document) => root.querySelector(selector);
  const show = (element, yes) => { element.hidden = !yes; };
  const SAMPLE_MS = 60000;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-sample]");
    if (!button) return;
    event.preventDefault();
    const place = button.closest(".sample"), player = one("audio", place), told = one(".told", place);
    const from = one(button.dataset.sample), words = from.matches(".empty") ? "" : (from.value ?? from.textContent).trim();
    if (player.dataset.words === words && player.src) { player.play().catch(() => {}); return; }
    show(player, false);
    button.disabled = true;
    told.textContent = words ? button.dataset.waits : button.dataset.empty;
    const headers = { "X-Loalang-Token": document.body.dataset.token, Accept: "application/json" };
    try {
      if (!words) return;
      let answer = await fetch("/api/samples", { method: "POST", body: new URLSearchParams({ words }), headers });
      let sample = answer.ok ? await answer.json() : { problem: button.dataset.failed };
      for (const begun = Date.now(); sample.state === "wanted";) {
        if (Date.now() - begun > SAMPLE_MS) sample = { problem: button.dataset.failed };
        else {
          await new Promise((go) => { setTimeout(go, 400); });
          answer = await fetch("/api/samples/" + sample.sample, { headers, cache: "no-store" });
          sample = answer.ok ? await answer.json() : { problem: button.dataset.failed };
        }
      }
      told.textContent = sample.problem || "";
      if (!sample.url) return;
      player.src = sample.url;
      player.dataset.words = words;
      show(player, true);
      player.play().catch(() => {}); // waited too long: a tap on it then
    } catch {
      told.textContent = button.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
})();
