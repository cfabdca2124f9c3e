// The keys of the grid; clicking and sending work without this file.

import { onKeys } from "./keys.js";

const find = (id) => document.getElementById(id);
const boxes = [...document.querySelectorAll(".grid input[type=checkbox]")];

function columns() {
  const tops = boxes.map((box) => box.closest("li").offsetTop);
  const first = tops.findIndex((top) => top !== tops[0]);
  return first < 0 ? boxes.length : first;
}

function move(step) {
  const here = boxes.indexOf(document.activeElement);
  boxes[here < 0 ? 0 : here + step]?.focus();
}

function send(form) {
  if (form.dataset.sent) return;
  form.dataset.sent = "yes"; // a key pressed twice sends once
  form.submit();
}

const keys = {
  Enter: () => boxes.length && send(find("accept-grid")),
  Backspace: () => !find("undo-button").disabled && send(find("undo")),
  g: () => find("single").click(),
  ArrowLeft: () => move(-1),
  ArrowRight: () => move(1),
  ArrowUp: () => move(-columns()),
  ArrowDown: () => move(columns()),
};
keys.G = keys.g;
document.querySelectorAll("[data-digit]").forEach((link) => {
  keys[link.dataset.digit] = () => link.click();
});
onKeys(keys);
document.addEventListener("keydown", (event) => {
  // In a checkbox Enter would do nothing: here it means the whole grid, as anywhere on the page.
  if (event.key !== "Enter" || event.repeat || !boxes.includes(event.target)) return;
  event.preventDefault();
  keys.Enter();
});
