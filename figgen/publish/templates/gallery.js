"use strict";

// Without this file all steps stand below each other and every card is shown.

for (const steps of document.querySelectorAll(".steps")) {
  const items = [...steps.children];
  if (items.length < 2) continue;
  const figure = steps.closest("figure");
  const title = figure.closest("article").querySelector("h2").textContent;
  const bar = document.createElement("div");
  const status = document.createElement("span");
  const buttons = {};
  let now = items.length;

  const show = (step, say) => {
    now = Math.min(Math.max(step, 1), items.length);
    items.forEach((item, index) => { item.hidden = index + 1 !== now; });
    // Not disabled, which would take the focus away from who is on the button.
    buttons.back.setAttribute("aria-disabled", now === 1);
    buttons.on.setAttribute("aria-disabled", now === items.length);
    if (say) status.textContent = `Step ${now} of ${items.length}`;
  };
  for (const [key, words, by] of [["back", "Step back", -1], ["on", "Step on", 1]]) {
    buttons[key] = document.createElement("button");
    buttons[key].type = "button";
    buttons[key].textContent = words;
    buttons[key].setAttribute("aria-label", `${words}: ${title}`);
    buttons[key].addEventListener("click", () => show(now + by, true));
  }
  bar.className = "bar";
  status.setAttribute("role", "status");
  bar.append(buttons.back, status, buttons.on);
  figure.insertBefore(bar, steps.nextSibling);
  figure.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && !event.altKey && !event.ctrlKey && !event.metaKey) {
      show(now + by, true);
      event.preventDefault();
    }
  });
  show(now, true);
  // On paper, all steps.
  addEventListener("beforeprint", () => items.forEach((item) => { item.hidden = false; }));
  addEventListener("afterprint", () => show(now, false));
}

const search = document.getElementById("search");
if (search) {
  const cards = [...document.querySelectorAll("[data-words]")];
  const found = document.getElementById("found");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const card of cards) {
      card.hidden = !words.every((word) => card.dataset.words.includes(word));
      count += !card.hidden;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
    }
    found.textContent = words.length ? `${count} of ${cards.length} figures` : "";
  };
  search.form.hidden = false;
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", filter);
  // The browser keeps what was typed when the reader comes back.
  filter();
}
