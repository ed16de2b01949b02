// An opened file: one tap copies an answer for the portal, and marks it as done.
(() => {
  "use strict";
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

  document.querySelector("main .problem")?.scrollIntoView({ block: "center" }); // far below on a phone

  // what is taken along is a download: the page stays, and so must its buttons
  for (const form of document.querySelectorAll("[data-stays]")) {
    form.addEventListener("submit", () => setTimeout(() => {
      for (const button of form.querySelectorAll("button")) button.disabled = false;
    }, 2000));
  }
})();
