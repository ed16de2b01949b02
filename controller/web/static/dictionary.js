// Finds an entry of the dictionary while one types, without asking the station; with or without the marks.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  const sought = document.querySelector("#q"), lists = [...document.querySelectorAll(".entries")];
  if (!sought || sought.defaultValue) return; // what was found by the station is all that is here
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d");
  const rows = lists.map((list) => [...list.children].map((row) => [row, plain(row.querySelector(".grow").textContent)]));
  const seek = () => {
    const wanted = plain(sought.value).trim();
    let found = 0;
    lists.forEach((list, at) => {
      for (const [row, text] of rows[at]) {
        row.hidden = !text.includes(wanted);
        found += !row.hidden;
      }
      const fold = list.closest("details");
      if (fold) fold.open = wanted !== "";
    });
    document.querySelector("#nothing").hidden = found > 0;
  };
  sought.addEventListener("input", seek);
  if (sought.value) seek(); // typed before this script came
})();
