// The review by keyboard: the next samples are here before they are asked for, decisions are saved
// behind. Without this file the page is a form that does the same, one load a sample.

import { NOT_A_DIGIT, showCard, word } from "./card.js";
import { onKeys } from "./keys.js";
import { Outbox } from "./outbox.js";

const FEW_LEFT = 12; // fetch more when no more than so many are here
const PICTURES_AHEAD = 6;
const MOST = 10000; // more that wait are not counted

const find = (id) => document.getElementById(id);
const root = find("review");
const form = find("decide");
const json = { Accept: "application/json" };

let current = root.dataset.card ? JSON.parse(root.dataset.card) : null;
let ready = []; // samples to come
const history = []; // {card, cause, flag}: what was decided or skipped here; a skip has no cause
const known = new Set(current ? [current.id] : []); // ids that were here
let left = 0;
let fetching = false;
let ended = false; // the server has no more

const outbox = new Outbox(root.dataset.save, renewToken, showUnsaved, (gone) => {
  find("last").textContent = `${gone.map((id) => `#${id}`).join(", ")} was deleted meanwhile.`;
});

// --- fetching

async function fetchNext() {
  if (fetching || ended) return;
  fetching = true;
  try {
    const reply = await fetch(root.dataset.next, { headers: json });
    if (reply.status === 401) return void showUnsaved("logged out", outbox.pending.length);
    if (!reply.ok) throw new Error(reply.statusText);
    const { samples, left: count, csrf } = await reply.json();
    outbox.token = csrf;
    const fresh = samples.filter((card) => !known.has(card.id));
    for (const card of fresh) known.add(card.id);
    ready.push(...fresh);
    if (!history.length) left = count;
    ended = fresh.length === 0;
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

async function renewToken() {
  const reply = await fetch(root.dataset.token, { headers: json });
  if (reply.ok) outbox.token = (await reply.json()).csrf;
}

function loadAhead() {
  for (const card of ready.slice(0, PICTURES_AHEAD)) {
    card.ahead ??= [card.image, card.photo].map(load);
  }
}

// As long as it is held, showing it asks the server nothing; the cache would ask for each.
function load(address) {
  const picture = new Image();
  picture.src = address;
  return picture;
}

// --- showing

function showNext() {
  show(ready.shift() ?? null);
  loadAhead();
  if (ready.length <= FEW_LEFT) fetchNext();
}

function show(card) {
  current = card;
  root.hidden = !card;
  find("finished").hidden = Boolean(card) || !ended;
  const count = Math.max(0, Math.min(left, MOST)).toLocaleString("en").replaceAll(",", "\u202f");
  find("left").textContent = `${count}${left > MOST ? "+" : ""} left`;
  if (history.length) for (const id of ["undo-button", "undo-last"]) find(id).disabled = false;
  if (card) {
    showCard(card);
    delete card.ahead; // the page holds them now
  } else if (ended) showEnd();
}

function showEnd() {
  const waiting = left > 0; // skipped here, or on another operator's screen
  const title = waiting ? "Nothing further down" : "Everything is reviewed";
  find("finished").querySelector("h2").textContent = title;
  find("finished-words").textContent = waiting
    ? "What you skipped still waits, and so does what another operator has on the screen."
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

// --- deciding

function decide(label) {
  if (!current) return;
  const cause = makeCause();
  history.push({ card: current, cause });
  outbox.add({ sample: current.id, cause, label });
  left -= 1 + current.alike.length;
  const others = current.alike.length ? ` and ${current.alike.length} like it` : "";
  find("last").textContent = `#${current.id}${others} is ${word(label)}`;
  showNext();
}

function flag() {
  if (!current) return;
  const cause = makeCause();
  const flagged = !current.flagged;
  history.push({ card: current, cause, flag: flagged });
  outbox.add({ sample: current.id, cause, flag: flagged });
  left -= flagged ? 1 : -1;
  find("last").textContent = `#${current.id} ${flagged ? "put aside" : "waits again"}`;
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
  if (!entry) return void undoOlder();
  const { card, cause, flag: flagged } = entry;
  if (cause) outbox.add({ sample: card.id, cause, label: null });
  if (flagged !== undefined) left += flagged ? 1 : -1;
  else if (cause) left += 1 + card.alike.length;
  showAgain(card);
}

// What was decided before this page was loaded stands in the server's log.
async function undoOlder() {
  if (outbox.pending.length || !outbox.token) return;
  const headers = { ...json, "X-CSRFToken": outbox.token };
  try {
    const reply = await fetch(find("undo").action, { method: "POST", headers });
    const { samples, undone } = await reply.json();
    left += undone;
    if (samples.length) return showAgain(samples[0]);
    find("last").textContent = "There is nothing to undo.";
  } catch {
    find("last").textContent = "The server can't be reached: nothing was undone.";
  }
}

function showAgain(card) {
  if (current) ready.unshift(current);
  find("last").textContent = `#${card.id} again`;
  show(card);
}

function makeCause() {
  // crypto.randomUUID() is missing where the page isn't served by https or from this machine
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const keys = {
  Enter: () => current && decide(current.accepts),
  x: () => decide(NOT_A_DIGIT),
  f: flag,
  " ": skip,
  Backspace: undo,
  g: () => find("grid").click(),
};
for (const key of ["x", "f", "g"]) keys[key.toUpperCase()] = keys[key];
for (let digit = 0; digit < 10; digit++) keys[digit] = () => decide(digit);
onKeys(keys);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (button?.name === "label") decide(Number(button.value));
  if (button?.name === "flag") flag();
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
if (find("left").textContent.includes("+")) left = MOST + 1;
outbox.token = form.elements.csrf_token.value;
fetchNext();
