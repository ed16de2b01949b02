// Somebody at the kiosk calls for help: two soft tones when a call comes, once for each. Browsers let a page sound only
// after it has been touched; until then the banner alone says so.
(() => {
  "use strict";
  document.currentScript.dataset.ran = "";
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
