{% include "page.js" %}

// Without this file all steps stand below each other and every card is shown.

const steppers = new Map();

for (const steps of document.querySelectorAll(".steps")) {
  const items = [...steps.children];
  if (items.length < 2) continue;
  const figure = steps.closest("figure");
  const article = figure.closest("article");
  const title = article.querySelector("h2").textContent;
  const bar = document.createElement("div");
  const status = document.createElement("span");
  let now = items.length;

  const show = (step) => {
    // Past the last comes the first, so that the figure can be told from its beginning.
    now = (step + items.length - 1) % items.length + 1;
    items.forEach((item, index) => { item.hidden = index + 1 !== now; });
    status.textContent = `Step ${now} of ${items.length}`;
  };
  const button = (words, by) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.setAttribute("aria-label", `${words} step: ${title}`);
    made.addEventListener("click", () => show(now + by));
    return made;
  };
  bar.className = "bar";
  status.setAttribute("role", "status");
  bar.append(button("Previous", -1), status, button("Next", 1));
  figure.insertBefore(bar, steps.nextSibling);
  steppers.set(article, (by) => show(now + by));
  show(now);
  // On paper, all steps.
  addEventListener("beforeprint", () => items.forEach((item) => { item.hidden = false; }));
  addEventListener("afterprint", () => show(now));
}

// The arrows step the figure that has the focus, else the one in the middle of the window.
addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || hasModifier(event) || event.shiftKey) return;
  // There they move the cursor, or what is wider than the window.
  if (event.target.closest("input, [tabindex]")) return;
  const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  const step = steppers.get((event.target.closest("article") || middle)?.closest("article"));
  if (step) {
    step(by);
    event.preventDefault();
  }
});

// In a narrow window the letters of a picture are small, so its text stands open below it.
if (matchMedia("(max-width: 40rem)").matches) {
  for (const each of document.querySelectorAll(".maths, .code")) each.open = true;
}

const search = document.getElementById("_search");
if (search) {
  const cards = [...document.querySelectorAll("[data-words]")];
  const found = document.getElementById("_found");
  const filter = () => {
    const words = searchWords(search.value);
    let count = 0;
    for (const card of cards) {
      card.hidden = !words.every((word) => card.dataset.words.includes(word));
      count += !card.hidden;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
    }
    for (const list of document.querySelectorAll(".concepts")) list.hidden = words.length > 0;
    found.textContent = words.length ? `${count} of ${cards.length} figures` : "";
  };
  search.form.hidden = false;
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", filter);
  // The browser keeps what was typed when the reader comes back.
  filter();
}
