// The review by keyboard: the next samples are here before they are asked for, decisions are saved
// behind. Without this file the page is a form that does the same, one load a sample.

import { Outbox } from "./outbox.js";

const NOT_A_DIGIT = 10;
const FEW_LEFT = 12; // fetch more when no more than so many are here
const PICTURES_AHEAD = 6;

const find = (id) => document.getElementById(id);
const root = find("review");
const form = find("decide");
const image = find("image");

let current = null;
let ready = []; // samples to come
const history = []; // {card, cause}: what was decided or skipped here; a skip has no cause
const known = new Set(); // ids that were here
let left = 0;
let fetching = false;
let ended = false; // the server has no more
let from = root.dataset.next;

const outbox = new Outbox(root.dataset.save, fetchNext, showUnsaved, (gone) => {
  find("last").textContent = `${gone.map((id) => `#${id}`).join(", ")} was deleted meanwhile.`;
});

// --- fetching

async function fetchNext() {
  if (fetching) return;
  fetching = true;
  try {
    const reply = await fetch(from, { headers: { Accept: "application/json" } });
    if (reply.status === 401) return void showUnsaved("logged out", outbox.pending.length);
    if (!reply.ok) throw new Error(reply.statusText);
    const { samples, left: count, csrf } = await reply.json();
    outbox.token = csrf;
    const fresh = samples.filter((card) => !known.has(card.id));
    for (const card of fresh) known.add(card.id);
    ready.push(...fresh);
    if (!history.length) left = count;
    ended = samples.length === 0;
    if (samples.length) {
      const last = Math.max(...samples.map((card) => card.id));
      from = `${new URL(from, location).pathname}?after=${last}`;
    }
    showUnsaved(null, outbox.pending.length);
    loadAhead();
    if (!current) showNext();
    outbox.send();
  } catch {
    showUnsaved("offline", outbox.pending.length);
    setTimeout(fetchNext, 3000);
  } finally {
    fetching = false;
  }
}

function loadAhead() {
  for (const card of ready.slice(0, PICTURES_AHEAD)) {
    for (const address of [card.image, card.photo]) new Image().src = address;
  }
}

// --- showing

function showNext() {
  show(ready.shift() ?? null);
  loadAhead();
  if (ready.length <= FEW_LEFT && !ended) fetchNext();
}

function show(card) {
  current = card;
  root.hidden = !card;
  find("finished").hidden = Boolean(card) || !ended;
  find("left").textContent = `${left.toLocaleString("en").replaceAll(",", "\u202f")} left`;
  for (const id of ["undo-button", "undo-last"]) find(id).disabled = !history.length;
  if (!card) return showEnd();
  image.src = card.image;
  place(find("crop"), card.crop, card);
  place(find("whole"), [0, 0, card.width, card.height], card);
  find("predicted").textContent = card.predicted;
  find("confidence").textContent = percent(card.confidence);
  find("sender").textContent = card.sender === null ? "said nothing" : word(card.sender);
  find("contributor").textContent = card.contributor;
  find("page").href = card.page;
  showKeys(card);
}

function showKeys(card) {
  form.querySelectorAll(".key").forEach((key, digit) => {
    const chance = card.probabilities[digit] ?? 0;
    const bar = key.querySelector("rect");
    bar.setAttribute("y", 1 - chance);
    bar.setAttribute("height", chance);
    key.querySelector("small").textContent = `${Math.round(100 * chance)} %`;
    key.classList.toggle("accepted", digit === card.accepts);
  });
  find("accept").value = card.accepts;
  find("accept-words").textContent =
    card.sender === null
      ? `${card.predicted}, as the network read`
      : `${word(card.sender)}, as the sender says`;
  find("skip").href = `${location.pathname}?after=${card.id}`;
}

function place(svg, view, card) {
  svg.setAttribute("viewBox", view.join(" "));
  set(svg.querySelector("image"), { href: card.photo, width: card.width, height: card.height });
  const [x, y, width, height] = card.box;
  set(svg.querySelector("rect"), { x, y, width, height });
}

function set(element, values) {
  for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
}

function showEnd() {
  if (!ended) return;
  const skipped = history.some((entry) => !entry.cause);
  find("finished").querySelector("h2").textContent = skipped
    ? "That was the last one"
    : "Everything is reviewed";
  find("finished-words").textContent = skipped
    ? "What you skipped still waits."
    : "What is sent from now on waits here.";
}

function showUnsaved(problem, waiting) {
  const box = find("unsaved");
  box.hidden = !problem;
  if (!problem) return;
  const kept = waiting ? `${waiting} not saved yet, kept in this browser. ` : "";
  const words = {
    offline: `${kept}The server can't be reached; trying again by itself.`,
    "logged out": `${kept}You are logged out: `,
    refused: "The server refused a decision. Reload the page.",
  };
  const text = find("unsaved-words");
  text.textContent = words[problem];
  if (problem === "logged out") {
    const link = document.createElement("a");
    link.href = root.dataset.login;
    link.target = "_blank";
    link.textContent = "log in again in a new tab";
    text.append(link, ".");
  }
}

const word = (label) => (label === NOT_A_DIGIT ? "not a digit" : String(label));

function percent(chance) {
  if (chance >= 0.995 && chance < 1) return `${Math.min(100 * chance, 99.99).toFixed(2)} %`;
  return `${Math.round(100 * chance)} %`;
}

// --- deciding

function decide(label) {
  if (!current) return;
  const cause = makeCause();
  history.push({ card: current, cause });
  outbox.add({ sample: current.id, cause, label });
  left -= 1;
  find("last").textContent = `#${current.id} is ${word(label)}`;
  showNext();
}

function skip() {
  if (!current) return;
  history.push({ card: current, cause: null });
  find("last").textContent = `#${current.id} skipped`;
  showNext();
}

function undo() {
  const entry = history.pop();
  if (!entry) return;
  if (entry.cause) {
    outbox.add({ sample: entry.card.id, cause: entry.cause, label: null });
    left += 1;
  }
  if (current) ready.unshift(current);
  find("last").textContent = `#${entry.card.id} again`;
  show(entry.card);
}

function makeCause() {
  // crypto.randomUUID() is missing where the page isn't served by https or from this machine
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const KEYS = { x: () => decide(NOT_A_DIGIT), " ": skip, Backspace: undo };
KEYS.X = KEYS.x;
KEYS.Enter = () => current && decide(current.accepts);
for (let digit = 0; digit < 10; digit++) KEYS[digit] = () => decide(digit);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const onControl = event.target.closest("a, button, input, select, summary");
  if (onControl && (event.key === "Enter" || event.key === " ")) return; // that control's own
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (button?.name === "label") decide(Number(button.value));
});
find("undo").addEventListener("submit", (event) => {
  event.preventDefault();
  undo();
});
find("skip").addEventListener("click", (event) => {
  event.preventDefault();
  skip();
});
document.addEventListener("click", (event) => {
  // After a click with the mouse, Enter shall mean the sample, not the button once more.
  if (event.detail > 0 && root.contains(event.target)) document.activeElement?.blur();
});
find("retry").addEventListener("click", () => {
  outbox.pause = 1;
  if (outbox.token) outbox.send();
  fetchNext();
});

left = Number(find("left").textContent.replace(/\D/g, ""));
fetchNext();
