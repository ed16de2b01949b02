// Somebody at the kiosk calls for help: two soft tones when a call comes, once for each. Browsers let a page sound only
// after it has been touched; until then the banner alone says so.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
  // page.js fetches again whatever has not come; and this page.js itself, whose turn was before
  const FETCH_MS = 2000, page = document.querySelector('script[src*="/page.js"]');
  const fetch_page = () => {
    const again = document.createElement("script");
    again.src = page.src;
    again.onerror = () => { again.remove(); setTimeout(fetch_page, FETCH_MS); };
    document.head.append(again);
  };
  if (!("ran" in page.dataset)) fetch_page();
  const known = new Set();
  const ring = () => {
    if (!navigator.userActivation?.hasBeenActive) return;
    const sound = new AudioContext(), tone = sound.createOscillator(), loud = sound.createGain();
    tone.connect(loud).connect(sound.destination);
    loud.gain.value = 0.2;
    tone.frequency.setValueAtTime(660, 0);
    tone.frequency.setValueAtTime(880, sound.currentTime + 0.25);
    tone.start();
    tone.stop(sound.currentTime + 0.6);
    tone.onended = () => sound.close();
  };
  const look = () => {
    const calls = [...document.querySelectorAll("[data-help-call]")].map((each) => each.dataset.helpCall).filter(Boolean);
    const fresh = calls.filter((call) => !known.has(call));
    fresh.forEach((call) => known.add(call));
    if (fresh.length) ring();
  };
  document.addEventListener("put", look);
  look();
})();
