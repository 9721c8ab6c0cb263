{% include "page.js" %}

// The server tells the state of all figures; this page shows one of them. Whatever comes from a
// course is put in as text, never as markup.

const $ = (id) => document.getElementById(id);
const make = (tag, words = "", name = "") => {
  const element = document.createElement(tag);
  element.textContent = words;
  if (name) element.className = name;
  return element;
};

const { slots, slide, positions, papers, media } = JSON.parse(document.body.dataset.constants);
const THEMES = [...document.querySelectorAll("[data-theme]")].map((each) => each.dataset.theme);
const usual = THEMES.filter((name) => media[name] && matchMedia(media[name]).matches).at(-1) ?? THEMES[0];
const VIEWS = [...document.querySelectorAll("[data-slot]")].map((each) => each.dataset.slot);
const MARKS = { good: ["✓", "good"], failing: ["✗", "a check fails"], broken: ["✗", "broken"], waiting: ["…", "not drawn yet"] };
const PIXELS_PER_INCH = 1920 / slide[0];

let state = null;
let details = null;
let now = { name: "", step: 0, theme: usual, view: VIEWS[0] };
let edits = null;
const seen = new Map(); // the version of each figure that was looked at last, or found at first
const pictures = new Map(); // decoded pictures of this figure in this version, by address

const figure = () => state?.figures.find((each) => each.name === now.name);
const clamp = (step, steps) => Math.min(Math.max(step, 1), steps);

// Where we are, so that a reload and a link keep it

const write = () => {
  const place = `#${now.name}/${now.step}/${now.theme}`;
  if (location.hash !== place) history.replaceState(null, "", place);
};
const read = () => {
  const [name, step, theme] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (!name) return;
  now.name = name;
  // Without a step: all of it.
  now.step = Number.parseInt(step, 10) || 0;
  if (THEMES.includes(theme)) now.theme = theme;
};

// The picture

const address = (step) => `picture/${now.name}/${step}/${now.theme}.svg?v=${figure().version}`;
let wanted = "";

const load = async (url) => {
  if (!pictures.has(url)) {
    const picture = new Image();
    picture.src = url;
    pictures.set(url, picture.decode().then(() => picture));
  }
  return pictures.get(url);
};

const paint = async () => {
  const shown = figure();
  if (!shown) return;
  const url = address(now.step);
  wanted = url;
  try {
    const picture = await load(url);
    // Meanwhile the reader, or the author, may have gone on.
    if (wanted === url && figure()) swap(picture, figure());
  } catch {
    pictures.delete(url);
    if (wanted === url && figure()?.status !== "waiting") $("stage").replaceChildren();
  }
  // Those that an arrow key asks for, so that it need not wait.
  for (const step of [now.step + 1, now.step - 1]) {
    if (wanted !== url || step < 1 || step > shown.steps) continue;
    await load(address(step)).catch(() => pictures.delete(address(step)));
  }
};

// As large as the window allows, so that all of it is seen.
const whole = (width, height) => `min(100%, calc((100vh - 13.5rem) * ${width / height}))`;

// A box on the slide, measured in inches.
const place = (box, [left, top], width, height) => {
  box.style.left = `${(100 * left) / slide[0]}%`;
  box.style.top = `${(100 * top) / slide[1]}%`;
  box.style.width = `${(100 * width) / slide[0]}%`;
  if (height) box.style.height = `${(100 * height) / slide[1]}%`;
  return box;
};

const onSlide = (picture, shown) => {
  const [width, height] = slots[shown.slot];
  const [own, ...others] = positions[shown.slot];
  const board = make("div", "", "board");
  [board.style.background, board.style.color] = papers[now.theme];
  board.style.aspectRatio = `${slide[0]} / ${slide[1]}`;
  board.style.width = whole(...slide);
  const title = place(make("p", shown.title), [own[0], 0.5], slide[0] - 2 * own[0]);
  title.setAttribute("aria-hidden", "true");
  // 28 points.
  title.style.fontSize = `${(100 * 28) / 72 / slide[0]}cqw`;
  const free = others.map((each) => place(make("span"), each, width, height));
  board.append(title, ...free, place(picture, own, width, height));
  return board;
};

const swap = (picture, shown) => {
  const [width, height] = slots[shown.slot];
  // A screen with more pixels shows as many of them as the projector has.
  const scale = PIXELS_PER_INCH / devicePixelRatio;
  picture.width = Math.round(width * scale);
  picture.height = Math.round(height * scale);
  picture.alt = alt() || shown.title;
  picture.removeAttribute("style");
  const stage = $("stage");
  stage.className = now.view;
  // Only this one may be wider than the window, so that it is to be scrolled with keys, too.
  stage.tabIndex = now.view === "pixels" ? 0 : -1;
  if (now.view === "slot") picture.style.width = whole(width, height);
  if (now.view === "slide") stage.replaceChildren(onSlide(picture, shown));
  else if (stage.firstElementChild !== picture) stage.replaceChildren(picture);
  stage.classList.toggle("old", shown.status === "broken");
};

// What is known of the figure

const alt = () => details?.record?.alt[now.step - 1] ?? "";

const study = async () => {
  const asked = `${now.name}/${now.step}/${now.theme}`;
  const answer = await fetch(`figure/${asked}`).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (asked !== `${now.name}/${now.step}/${now.theme}`) return;
  details = found;
  tell();
};

const complain = (box, trouble) => {
  box.hidden = !trouble;
  if (!trouble) return;
  box.querySelector("strong").textContent = trouble.reason;
  box.querySelector("code").textContent = trouble.where;
  const source = box.querySelector("pre");
  source.hidden = !trouble.lines.length;
  source.replaceChildren(
    ...trouble.lines.map(([number, words, here]) =>
      make("span", `${here ? "→" : " "} ${String(number).padStart(4)}  ${words}\n`, here ? "here" : ""),
    ),
  );
};

const digits = (value) => (value === null ? "not finite" : String(Number(value.toPrecision(12))));

const tell = () => {
  const shown = figure();
  if (!shown) return;
  const record = details?.record;
  $("title").textContent = shown.title;
  $("kind").textContent = [shown.name, details?.place, shown.perspective, `${shown.slot} slot`].filter(Boolean).join(" · ");
  complain($("trouble"), state.folder ?? state.engine ?? details?.trouble);
  $("alt").textContent = alt();
  $("caption").textContent = details?.caption ?? "";
  const picture = $("stage").querySelector("img");
  if (picture) picture.alt = alt() || shown.title;
  const rules = record?.rules ?? [];
  $("rules").hidden = !rules.length;
  $("rules").querySelector("ul").replaceChildren(...rules.map((each) => make("li", each)));
  const claims = record?.claims ?? [];
  const failing = claims.filter((each) => !each.holds).length;
  $("verdict").className = failing ? "fails" : "";
  $("verdict").textContent = !record ? "" : failing
    ? `${failing} of ${claims.length} fail, so a build refuses this figure`
    : ["none", "it holds"][claims.length] ?? `all ${claims.length} hold`;
  $("claims").hidden = !claims.length;
  // Opened for what fails, and closed again after it, unless the reader wants to see them.
  if (Boolean(failing) !== (($("claims").dataset.fails ?? "") === "yes")) $("claims").open = Boolean(failing);
  $("claims").dataset.fails = failing ? "yes" : "";
  const order = [...claims].sort((one, other) => one.holds - other.holds);
  $("claims").querySelector("tbody").replaceChildren(...order.map((each) => {
    const row = make("tr", "", each.holds ? "" : "fails");
    const place = each.line ? ` (line ${each.line})` : "";
    row.append(
      make("td", each.holds ? "yes" : "NO"),
      make("td", `${each.what}${place}`),
      make("td", digits(each.drawn), "digits"),
      make("td", `${digits(each.independent)} – ${each.how}`),
      make("td", each.relative_error === null ? "infinite" : each.relative_error.toExponential(1), "digits"),
    );
    return row;
  }));
  const equations = record?.equations ?? [];
  const free = equations.filter((each) => !each.claims);
  $("equations").textContent = equations.length
    ? `${equations.length - free.length} of ${equations.length} equations checked` : "";
};

const controls = () => {
  const shown = figure();
  const steps = shown?.steps ?? 1;
  $("step").textContent = steps > 1 ? `step ${now.step} of ${steps}` : "one step";
  $("back").setAttribute("aria-disabled", now.step <= 1);
  $("on").setAttribute("aria-disabled", now.step >= steps);
  for (const each of document.querySelectorAll("[data-theme]")) {
    each.setAttribute("aria-pressed", each.dataset.theme === now.theme);
  }
  for (const each of document.querySelectorAll("[data-slot]")) {
    each.setAttribute("aria-pressed", each.dataset.slot === now.view);
  }
  $("busy").hidden = !shown?.working;
  document.title = shown ? `${MARKS[shown.status][0]} ${shown.name} – figgen` : "figgen";
};

const say = (words) => { $("status").textContent = words; };

// The list

const items = new Map();

const describe = (item, each, changed) => {
  const [mark, name, words, dot] = item.firstChild.children;
  [mark.textContent, words.textContent] = [MARKS[each.status][0], `, ${MARKS[each.status][1]}${changed ? ", changed" : ""}`];
  mark.className = `mark ${each.status}`;
  mark.setAttribute("aria-hidden", "true");
  name.classList.toggle("new", changed);
  dot.hidden = !changed;
  item.firstChild.title = each.title;
  if (each.name === now.name) item.firstChild.setAttribute("aria-current", "page");
  else item.firstChild.removeAttribute("aria-current");
  item.dataset.words = `${each.name} ${each.title}`.toLowerCase();
};

const list = () => {
  const groups = new Map();
  for (const each of state.figures) {
    if (!items.has(each.name)) {
      const item = make("li");
      const link = make("a");
      link.href = `#${each.name}`;
      link.append(make("span", "", "mark"), make("span", each.name, "name"), make("span", "", "hidden"), make("span", "", "dot"));
      item.append(link);
      items.set(each.name, item);
    }
    const item = items.get(each.name);
    const changed = seen.get(each.name) !== each.version;
    // Only what is another than before is written: the new picture waits for it.
    const said = JSON.stringify([each.status, each.title, changed, each.name === now.name]);
    if (item.dataset.said !== said) {
      item.dataset.said = said;
      describe(item, each, changed);
    }
    if (!groups.has(each.section)) groups.set(each.section, []);
    groups.get(each.section).push(item);
  }
  for (const name of items.keys()) {
    if (!state.figures.some((each) => each.name === name)) items.delete(name);
  }
  // Only where something moved, because a link that is moved loses the focus.
  const wantedOrder = [...groups].map(([title, members]) => `${title}:${members.map((each) => each.firstChild.hash)}`).join();
  if ($("list").dataset.order !== wantedOrder) {
    $("list").dataset.order = wantedOrder;
    $("list").replaceChildren(...[...groups].flatMap(([title, members]) => {
      const ul = make("ul");
      ul.append(...members);
      return [make("h2", title), ul];
    }));
  }
  filter();
};

const filter = () => {
  const words = searchWords($("search").value);
  for (const ul of $("list").querySelectorAll("ul")) {
    for (const item of ul.children) {
      item.hidden = !words.every((word) => item.dataset.words.includes(word));
    }
    ul.hidden = ul.previousElementSibling.hidden = ![...ul.children].some((item) => !item.hidden);
  }
};

let known = 0;
const problems = () => {
  const { problems: found } = state;
  $("problems").hidden = !found.length;
  // A new one is to be seen, unless the figure tells it; who has seen it may close the list.
  if (found.length > known && figure()?.status !== "broken") $("problems").open = true;
  known = found.length;
  $("problems").querySelector("summary").textContent = `${found.length} ${found.length === 1 ? "problem" : "problems"} in the course`;
  $("problems").querySelector("ul").replaceChildren(...found.map((each) => {
    const item = make("li", each.reason);
    item.append(document.createElement("br"), make("code", each.where));
    return item;
  }));
};

// Going somewhere

const go = (change) => {
  const before = now;
  now = { ...now, ...change };
  const shown = figure();
  if (shown) now.step = clamp(now.step || shown.steps, shown.steps);
  if (now.name !== before.name) {
    pictures.clear();
    details = null;
    $("search").value = "";
    list();
    items.get(now.name)?.firstChild.scrollIntoView({ block: "nearest" });
  }
  if (shown) {
    seen.set(now.name, shown.version);
    list();
  }
  write();
  controls();
  paint();
  study();
};

const step = (by) => {
  const shown = figure();
  const next = clamp(now.step + by, shown?.steps ?? 1);
  if (next === now.step) return;
  go({ step: next });
  say(`Step ${next} of ${shown.steps}`);
};
const theme = (name) => { pictures.clear(); go({ theme: name }); say(`Theme ${name}`); };
const view = (name) => {
  localStorage.setItem("figgen-slot", name);
  go({ view: name });
  say(`Slot: ${document.querySelector(`[data-slot=${name}]`).title}`);
};
const after = (all, one) => all[(all.indexOf(one) + 1) % all.length];
const walk = (by) => {
  const names = [...$("list").querySelectorAll("li:not([hidden]) a")].map((each) => each.hash.slice(1));
  const place = names.indexOf(now.name) + by;
  if (names[place]) go({ name: names[place], step: 0 });
};
const error = () => {
  const bad = state.figures.filter((each) => each.status === "broken" || each.status === "failing").map((each) => each.name);
  if (bad.length) go({ name: after(bad, now.name), step: 0 });
  else say("No figure has an error");
};

// What the server tells

const update = (next) => {
  const before = figure();
  const place = before ? state.figures.indexOf(before) : 0;
  const first = state === null;
  state = next;
  $("course").textContent = state.title;
  if (first) {
    for (const each of state.figures) seen.set(each.name, each.version);
  }
  for (const each of state.figures) {
    // The first picture of a figure is no change of it.
    if (!seen.get(each.name)) seen.set(each.name, each.version);
  }
  problems();
  const follow = $("follow").checked && edits !== null && state.edits !== edits;
  edits = state.edits;
  const target = state.edited.find((name) => state.figures.some((each) => each.name === name));
  if (follow && target && !state.edited.includes(now.name)) {
    go({ name: target, step: 0 });
    say(`Now showing ${target}, which you edited`);
    return;
  }
  const shown = figure();
  if (!shown) {
    // Gone, so that what took its place is shown; or else what is left of it.
    const next = state.figures[Math.min(place, state.figures.length - 1)] ?? null;
    if (next) go({ name: next.name, step: 0 });
    if (before) {
      if (!next) complain($("trouble"), { reason: `${before.name} is no longer in the course`, where: "", lines: [] });
      $("stage").classList.toggle("old", !next);
      say(`${before.name} is no longer in the course`);
    }
    list();
    return;
  }
  if (!before) { go({}); return; }
  // Who looks at all of it wants to see what comes after it, too.
  const all = now.step === before.steps;
  if (shown.steps !== before.steps) now.step = all ? shown.steps : clamp(now.step, shown.steps);
  seen.set(now.name, shown.version);
  if (shown.version !== before.version || shown.steps !== before.steps) {
    pictures.clear();
    write();
    paint();
  }
  if (shown.details_version !== before.details_version || shown.steps !== before.steps || shown.status !== before.status) {
    study();
    if (shown.status === "broken") say(`${shown.name} is broken`);
    else if (shown.status === "failing") say(`${shown.name}: a check fails`);
    else if (before.status !== "good") say(`${shown.name} is good`);
  } else if (shown.version !== before.version) say(`${shown.name} has changed`);
  $("stage").classList.toggle("old", shown.status === "broken");
  complain($("trouble"), state.folder ?? state.engine ?? details?.trouble);
  controls();
  list();
};

let source = null;
const listen = () => {
  source?.close();
  source = null;
  // A browser has six connections to a server for all of its pages; one that is not seen needs none.
  if (document.hidden) return;
  source = new EventSource("events");
  source.onmessage = (event) => {
    $("lost").hidden = true;
    update(JSON.parse(event.data));
  };
  source.onerror = () => {
    $("lost").textContent = "The server has ended, or does not answer. This page goes on when it is there again.";
    $("lost").hidden = false;
    // After a restart the numbers begin anew.
    edits = null;
  };
};
document.addEventListener("visibilitychange", listen);

// What the reader does

$("back").addEventListener("click", () => step(-1));
$("on").addEventListener("click", () => step(1));
for (const each of document.querySelectorAll("[data-theme]")) each.addEventListener("click", () => theme(each.dataset.theme));
for (const each of document.querySelectorAll("[data-slot]")) each.addEventListener("click", () => view(each.dataset.slot));
$("search").addEventListener("input", filter);
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    const found = $("list").querySelector("li:not([hidden]) a");
    if (found) go({ name: found.hash.slice(1), step: 0 });
    $("search").blur();
  } else if (event.key === "Escape") {
    $("search").value = "";
    filter();
    $("search").blur();
  }
});
addEventListener("hashchange", () => {
  const before = now.name;
  read();
  if (now.name !== before || now.step) go({});
});
addEventListener("keydown", (event) => {
  if (hasModifier(event) || event.target.matches("input[type=search], pre, .wide, .pixels")) return;
  const arrows = { ArrowLeft: () => step(-1), ArrowRight: () => step(1) };
  const letters = {
    t: () => theme(after(THEMES, now.theme)),
    s: () => view(after(VIEWS, now.view)),
    j: () => walk(1),
    k: () => walk(-1),
    e: error,
    "/": () => $("search").focus(),
  };
  const action = arrows[event.key] ?? ($("keys").checked ? letters[event.key] : undefined);
  if (!action || !state) return;
  action();
  event.preventDefault();
});
for (const id of ["follow", "keys"]) {
  $(id).checked = localStorage.getItem(`figgen-${id}`) !== "no";
  $(id).addEventListener("change", () => localStorage.setItem(`figgen-${id}`, $(id).checked ? "yes" : "no"));
}

const kept = localStorage.getItem("figgen-slot");
if (VIEWS.includes(kept)) now.view = kept;
read();
listen();
