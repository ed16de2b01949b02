// The boards: their pages turn by the clock, as on the boards themselves; an emulated one's picture is looked at again;
// what stands on a board is dragged into another order. Without this the page shows how things are when it is opened.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  const place = document.querySelector("#boards");
  if (!place) return;
  const one = (selector, root) => root.querySelector(selector);
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const ahead_ms = Number(place.dataset.now) * 1000 - Date.now(); // of this phone's clock
  const seconds = () => (Date.now() + ahead_ms) / 1000;

  // --- the page that is on -----------------------------------------------------------------------
  const turned = (board) => {
    const pages = all(".film > li", board), face = one("[data-live-face]", board);
    if (!face || !pages.length) return;
    const dwells = pages.map((page) => Number(page.dataset.dwell)), round = dwells.reduce((sum, each) => sum + each, 0);
    let into = round > 0 ? seconds() % round : 0, at = 0;
    while (at < pages.length - 1 && into >= dwells[at]) into -= dwells[at++];
    const page = pages[at], shown = one("img", page), picture = one("img", face);
    const fresh = picture.getAttribute("src") !== shown.getAttribute("src");
    if (fresh) {
      picture.src = shown.getAttribute("src");
      picture.alt = shown.dataset.alt;
      page.parentElement.scrollLeft = page.offsetLeft - pages[0].offsetLeft;
    }
    pages.forEach((each) => each.classList.toggle("on", each === page));
    const passes = "passes" in page.dataset;
    face.classList.toggle("passes", passes);
    if (!passes || still.matches) { picture.getAnimations().forEach((each) => each.cancel()); return; }
    if (!fresh && picture.getAnimations().length || !picture.complete || !picture.naturalWidth) return;
    picture.getAnimations().forEach((each) => each.cancel()); // from its first dot at the right edge to its last past the left
    const passing = picture.animate(
      [{ transform: `translateX(${face.clientWidth}px)` }, { transform: "translateX(-100%)" }],
      { duration: dwells[at] * 1000, iterations: Infinity },
    );
    passing.currentTime = into * 1000;
  };
  setInterval(() => { if (!document.hidden) all(".on-board", place).forEach(turned); }, 250);

  const AGAIN_MS = 3000;
  let looked = 0;
  setInterval(() => {
    if (document.hidden) return;
    looked += 1;
    for (const picture of all("[data-again]", place)) picture.src = picture.getAttribute("src").split("?")[0] + "?" + looked;
  }, AGAIN_MS);

  // --- the order -----------------------------------------------------------------------------------
  const EDGE_PX = 60, STEP_PX = 15;
  let row = null, list = null, begun = "";
  const notices = () => all("[data-notice]", list);
  const order = () => notices().map((each) => each.dataset.notice).join(" ");

  place.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (!handle || event.button > 0) return;
    event.preventDefault();
    row = handle.closest("li");
    list = row.parentElement;
    begun = order();
    handle.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    place.dataset.busy = "";
  });
  place.addEventListener("pointermove", (event) => {
    if (!row) return;
    event.preventDefault();
    if (event.clientY < EDGE_PX) scrollBy(0, -STEP_PX); // a long list is longer than a phone
    if (event.clientY > innerHeight - 2 * EDGE_PX) scrollBy(0, STEP_PX);
    for (const other of notices()) {
      if (other === row || other.dataset.level !== row.dataset.level) continue;
      const { top, height } = other.getBoundingClientRect(), middle = top + height / 2;
      const above = row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING;
      if (above && event.clientY < middle) { other.before(row); break; }
      if (!above && event.clientY > middle) other.after(row);
    }
  });
  const drop = async () => {
    if (!row) return;
    const changed = order() !== begun, ids = notices().map((each) => ["order", each.dataset.notice]), url = list.dataset.order;
    const dragged = list, before = begun.split(" ").map((id) => notices().find((each) => each.dataset.notice === id));
    let answer = null;
    row.classList.remove("dragged");
    row = null;
    try {
      if (!changed) return;
      answer = await fetch(url, {
        method: "POST", body: new URLSearchParams(ids),
        headers: { "X-Loalang-Token": document.body.dataset.token, Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      one("#moved", document).textContent = one("#moved", document).dataset.said;
    } catch {
      if (answer) location.reload(); // the page then says what is wrong, and the order as it is
      else { // no line: leaving for the browser's own page would help nobody
        dragged.append(...before);
        document.dispatchEvent(new Event("lost"));
      }
    } finally {
      delete place.dataset.busy;
      document.dispatchEvent(new Event("ask"));
    }
  };
  place.addEventListener("pointerup", drop);
  place.addEventListener("pointercancel", drop);
  document.addEventListener("put", () => all(".on-board", place).forEach(turned));
  all(".on-board", place).forEach(turned);
})();
