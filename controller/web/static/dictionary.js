// Finds an entry of the dictionary while one types, without asking the station; with or without the marks.
(() => {
  "use strict";
  const sought = document.querySelector("#q"), list = document.querySelector(".entries");
  if (!sought || sought.defaultValue) return; // what was found by the station is all that is here
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d");
  const rows = [...list.children].map((row) => [row, plain(row.querySelector(".grow").textContent)]);
  sought.addEventListener("input", () => {
    const wanted = plain(sought.value).trim();
    let found = 0;
    for (const [row, text] of rows) {
      row.hidden = !text.includes(wanted);
      found += !row.hidden;
    }
    list.hidden = !found;
    document.querySelector("#nothing").hidden = found > 0;
  });
})();
