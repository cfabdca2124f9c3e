// The boxes of a photo: choose one, say what it is, take it away, draw another.

import { NOT_A_DIGIT, word } from "./card.js";
import { onKeys } from "./keys.js";

const find = (id) => document.getElementById(id);
const photo = find("photo");
const drawn = find("drawn");
const form = find("new-box"); // none where the photo has been deleted: nothing can be read in it
const choices = [...document.querySelectorAll(".choices a")];
const [, , wide, high] = photo.getAttribute("viewBox").split(" ").map(Number);
const STEP = Math.max(1, Math.round(Math.min(wide, high) / 100));

let draft = null; // x0, y0, x1, y1 of a box that is being drawn
let corner = null; // where the drag began

const told = (words) => (find("told").textContent = words);
const current = () => choices.find((choice) => choice.hasAttribute("aria-current"));
const rectOf = (choice) => photo.querySelector(`rect[data-sample="${choice.dataset.sample}"]`);

// --- choosing

function choose(choice) {
  if (!choice) return;
  for (const other of choices) {
    other.toggleAttribute("aria-current", other === choice);
    rectOf(other).classList.toggle("other", other !== choice);
  }
  if (document.activeElement !== choice) choice.focus({ preventScroll: true });
}

function step(by) {
  const place = choices.indexOf(current());
  choose(choices[(place + by + choices.length) % choices.length]);
}

for (const choice of choices) {
  choice.addEventListener("focus", () => choose(choice));
  rectOf(choice).addEventListener("pointerdown", () => choose(choice)); // a drag draws all the same
}

// --- saying what it is

async function post(address, body, kind) {
  const headers = { Accept: "application/json", "X-CSRFToken": find("undo").elements.csrf_token.value };
  if (kind) headers["Content-Type"] = kind;
  const reply = await fetch(address, { method: "POST", headers, body });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  return answer;
}

async function decide(choice, decision) {
  const cause = crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 40);
  const decisions = [{ sample: Number(choice.dataset.sample), cause, ...decision }];
  try {
    const { gone } = await post(photo.dataset.save, JSON.stringify({ decisions }), "application/json");
    if (!gone.length) return true;
    told("This sample was deleted meanwhile.");
  } catch (error) {
    told(`Not saved: ${error.message} Try again.`);
  }
  return false;
}

async function label(digit) {
  const choice = current();
  if (!choice) return told("Choose a box first.");
  if (!(await decide(choice, { label: digit }))) return;
  find("undo-button").disabled = false;
  choice.querySelector("b").textContent = word(digit);
  rectOf(choice).classList.toggle("gone", digit === NOT_A_DIGIT);
  told(`Saved: ${word(digit)}.`);
  if (choices.indexOf(choice) < choices.length - 1) step(1);
}

async function remove() {
  const choice = current();
  if (!choice) return told("Choose a box first.");
  if (choice.dataset.drawn === undefined)
    return told("The reader found this box: if it is no digit, press x.");
  if (await decide(choice, { remove: true })) location.reload();
}

async function undo() {
  try {
    const { undone } = await post(photo.dataset.undo);
    if (undone) location.reload();
    else told("There is nothing to undo.");
  } catch (error) {
    told(`Not undone: ${error.message}`);
  }
}

find("undo").addEventListener("submit", (event) => {
  event.preventDefault();
  undo();
});

// --- drawing

function showDraft() {
  const [x0, y0, x1, y1] = draft ?? [0, 0, 0, 0];
  const sides = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
  for (const [name, value] of Object.entries(sides)) drawn.setAttribute(name, value);
}

function place(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(photo.getScreenCTM().inverse());
  return [Math.min(Math.max(point.x, 0), wide), Math.min(Math.max(point.y, 0), high)];
}

photo.addEventListener("pointerdown", (event) => {
  if (event.button > 0 || !form) return;
  event.preventDefault();
  photo.setPointerCapture(event.pointerId);
  corner = place(event);
});
photo.addEventListener("pointermove", (event) => {
  if (!corner) return;
  draft = [...corner, ...place(event)];
  showDraft();
});
photo.addEventListener("pointerup", () => {
  corner = null;
  if (!draft) return;
  const [x0, y0, x1, y1] = draft;
  if (Math.abs(x1 - x0) < STEP || Math.abs(y1 - y0) < STEP) return leaveDraft();
  readDraft();
});
photo.addEventListener("pointercancel", leaveDraft);

function beginDraft() {
  if (!form) return told("The photo itself has been deleted: no new box can be read in it.");
  const [x, y, side] = [wide / 2, high / 2, Math.min(wide, high) / 8];
  draft = [x - side, y - side, x + side, y + side];
  showDraft();
  document.activeElement?.blur();
  told("A new box in the middle: arrows move it, with Shift they resize it, Enter reads it.");
}

function leaveDraft() {
  corner = draft = null;
  showDraft();
}

function moveDraft(x, y, resize) {
  const [x0, y0, x1, y1] = draft;
  const far = [Math.min(wide, Math.max(x0 + STEP, x1 + x)), Math.min(high, Math.max(y0 + STEP, y1 + y))];
  draft = resize ? [x0, y0, ...far] : [Math.max(0, x0 + x), Math.max(0, y0 + y), ...far];
  showDraft();
}

async function readDraft() {
  const [x0, y0, x1, y1] = draft;
  const sides = { x0: Math.min(x0, x1), y0: Math.min(y0, y1), x1: Math.max(x0, x1), y1: Math.max(y0, y1) };
  const body = new URLSearchParams(Object.entries(sides).map(([name, value]) => [name, Math.round(value)]));
  try {
    const { sample } = await post(form.action, body);
    location.hash = `sample-${sample}`;
    location.reload();
  } catch (error) {
    told(error.message);
    leaveDraft();
  }
}

// --- keys

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener(
  "keydown",
  (event) => {
    if (!draft || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key];
    if (arrow) moveDraft(STEP * arrow[0], STEP * arrow[1], event.shiftKey);
    else if (event.key === "Enter") readDraft();
    else if (event.key === "Escape") leaveDraft();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
const keys = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  x: () => label(NOT_A_DIGIT),
  Delete: remove,
  a: beginDraft,
  Backspace: undo,
};
keys.X = keys.x;
keys.A = keys.a;
for (let digit = 0; digit < 10; digit++) keys[digit] = () => label(digit);
onKeys(keys);
choose(choices.find((choice) => `#${choice.id}` === location.hash) ?? choices[0]);
