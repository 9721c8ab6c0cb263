{% include "page.js" %}
// Without this script the page shows before and after, side by side, with the words.
(() => {
  const cards = [...document.querySelectorAll("article")];
  const toolbar = document.getElementById("toolbar");
  if (!toolbar) return;
  toolbar.hidden = false;

  const body = document.body;
  const layouts = [...toolbar.querySelectorAll("[data-layout]")];
  const flicker = document.getElementById("flicker");
  const marks = document.getElementById("marks");
  const position = document.getElementById("position");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let here = -1;
  let timer = 0;

  const press = (button, on) => button.setAttribute("aria-pressed", String(on));

  function show(name) {
    body.dataset.layout = name;
    for (const button of layouts) press(button, button.dataset.layout === name);
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    press(flicker, false);
  }

  function choose(name) {
    stop();
    show(name);
    settle();
  }

  // Fewer than three flashes a second; who wants no motion changes the picture with each press.
  function toggleFlicker() {
    const swap = () => show(body.dataset.layout === "before" ? "after" : "before");
    if (still.matches) return swap();
    if (timer) return choose("both");
    swap();
    timer = setInterval(swap, 600);
    press(flicker, true);
    settle();
  }

  function toggleMarks() {
    const on = body.dataset.marks === "off";
    body.dataset.marks = on ? "on" : "off";
    press(marks, on);
  }

  function settle() {
    if (here >= 0) cards[here].scrollIntoView({ block: "start" });
  }

  function go(to) {
    const next = Math.min(Math.max(to, 0), cards.length - 1);
    cards[here]?.classList.remove("here");
    here = next;
    cards[here].classList.add("here");
    cards[here].focus({ preventScroll: true });
    position.textContent = `${cards[here].dataset.name}, ${here + 1} / ${cards.length}`;
    settle();
  }

  for (const button of layouts) button.addEventListener("click", () => choose(button.dataset.layout));
  flicker.addEventListener("click", toggleFlicker);
  marks.addEventListener("click", toggleMarks);

  const keys = {
    j: () => go(here + 1),
    k: () => go(here - 1),
    ArrowRight: () => go(here + 1),
    ArrowLeft: () => go(here - 1),
    f: toggleFlicker,
    m: toggleMarks,
  };
  layouts.forEach((button, i) => { keys[i + 1] = () => choose(button.dataset.layout); });
  addEventListener("keydown", (event) => {
    if (hasModifier(event) || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
