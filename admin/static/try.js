// Draw with mouse or finger, or upload a photo; the answer follows the pen.

import { drawNetwork } from "./network.js";

const PEN = 26; // in pixels of the canvas, 640 wide
const PATIENCE = 90; // milliseconds of quiet before the picture is read

const find = (id) => document.getElementById(id);
const paper = find("paper");
const pen = paper.getContext("2d");
const photo = find("photo");
const root = find("try");
const token = document.querySelector('meta[name="csrf-token"]').content;

let strokes = []; // each a list of [x, y]
let stroke = null;
let upload = null; // {address, file} while a photo is shown
let digits = [];
let selected = 0;
let reading = false;
let again = false; // the picture has changed since it was sent
let timer = 0;

// --- paper

function clearPaper() {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, paper.width, paper.height);
}

function redraw() {
  clearPaper();
  for (const points of strokes) points.forEach((_, index) => drawSegment(points, index));
}

function drawSegment(points, index) {
  const [x, y] = points[index];
  const [fromX, fromY] = points[Math.max(0, index - 1)];
  pen.strokeStyle = "#111";
  pen.lineWidth = PEN;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(fromX, fromY);
  pen.lineTo(x, y);
  pen.stroke();
}

function pointOf(event) {
  const frame = paper.getBoundingClientRect();
  return [
    ((event.clientX - frame.left) / frame.width) * paper.width,
    ((event.clientY - frame.top) / frame.height) * paper.height,
  ];
}

paper.addEventListener("pointerdown", (event) => {
  if (event.button > 0 || stroke) return;
  event.preventDefault();
  paper.setPointerCapture(event.pointerId);
  stroke = { id: event.pointerId, points: [pointOf(event)] };
  strokes.push(stroke.points);
  drawSegment(stroke.points, 0);
  changed();
});

paper.addEventListener("pointermove", (event) => {
  if (event.pointerId !== stroke?.id) return;
  const moves = event.getCoalescedEvents?.() ?? [];
  for (const move of moves.length ? moves : [event]) {
    stroke.points.push(pointOf(move));
    drawSegment(stroke.points, stroke.points.length - 1);
  }
  changed();
});

for (const kind of ["pointerup", "pointercancel"]) {
  paper.addEventListener(kind, (event) => {
    if (event.pointerId === stroke?.id) stroke = null;
    changed();
  });
}

find("clear").addEventListener("click", () => {
  strokes = [];
  leavePhoto();
  redraw();
  changed();
});

find("back").addEventListener("click", () => {
  if (!upload) strokes.pop();
  leavePhoto();
  redraw();
  changed();
});

// --- photo

function takePhoto(file) {
  leavePhoto();
  upload = { file, address: URL.createObjectURL(file) };
  photo.replaceChildren();
  photo.removeAttribute("hidden"); // SVG elements have no property of that name
  changed();
}

function leavePhoto() {
  if (upload) URL.revokeObjectURL(upload.address);
  upload = null;
  photo.setAttribute("hidden", "");
  find("file").value = "";
}

find("file").addEventListener("change", (event) => {
  if (event.target.files[0]) takePhoto(event.target.files[0]);
});

const sheet = paper.parentElement;
sheet.addEventListener("dragover", (event) => {
  event.preventDefault();
  sheet.classList.add("over");
});
sheet.addEventListener("dragleave", () => sheet.classList.remove("over"));
sheet.addEventListener("drop", (event) => {
  event.preventDefault();
  sheet.classList.remove("over");
  if (event.dataTransfer.files[0]) takePhoto(event.dataTransfer.files[0]);
});

function showPhoto(answer) {
  photo.setAttribute("viewBox", `0 0 ${answer.width} ${answer.height}`);
  const { width, height } = answer;
  photo.replaceChildren(
    draw("image", { href: upload.address, width, height, preserveAspectRatio: "none" }),
    ...answer.digits.map(({ box: [x0, y0, x1, y1] }, index) => {
      const sides = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
      const box = draw("rect", { class: "box", ...sides });
      box.addEventListener("click", () => select(index));
      return box;
    }),
  );
}

// --- reading

function changed() {
  find("hint").hidden = strokes.length > 0 || upload !== null;
  clearTimeout(timer);
  timer = setTimeout(read, PATIENCE);
}

async function read() {
  if (reading) {
    again = true;
    return;
  }
  if (!strokes.length && !upload) return showNothing("The answer appears while you draw.");
  reading = true;
  again = false;
  const shown = upload;
  const body = upload?.file ?? (await new Promise((done) => paper.toBlob(done, "image/png")));
  let pause = 0;
  try {
    const reply = await fetch(root.dataset.read, {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/octet-stream",
        "X-CSRFToken": token,
      },
      body,
    });
    if (reply.status === 429) {
      pause = 1000 * Number(reply.headers.get("Retry-After") || 1);
      again = true;
    } else if (shown === upload && (strokes.length || upload)) {
      await showReply(reply);
    }
  } catch {
    showNothing("The server can't be reached. Draw on, or try again.");
  } finally {
    reading = false;
  }
  if (again) timer = setTimeout(read, pause);
}

async function showReply(reply) {
  const answer = await reply.json().catch(() => ({ error: "The answer makes no sense." }));
  if (!reply.ok) return showNothing(answer.error);
  digits = answer.digits;
  if (upload) showPhoto(answer);
  if (!digits.length) return showNothing("I see no digit there.");
  find("read").textContent = answer.text;
  const sure =
    digits.length === 1
      ? `${percent(digits[0].confidence)} sure`
      : `${digits.length} digits, the least sure one ${percent(Math.min(...digits.map((digit) => digit.confidence)))}`;
  find("words").textContent = answer.turn ? `${sure}; read ${answer.turn}` : sure;
  select(Math.min(selected, digits.length - 1));
}

function showNothing(words) {
  digits = [];
  find("read").textContent = "–";
  find("words").textContent = words;
  find("cards").replaceChildren();
  find("network").hidden = true;
}

// --- cards

function select(index) {
  const hadFocus = document.activeElement?.closest(".card");
  selected = index;
  find("cards").replaceChildren(...digits.map(makeCard));
  if (hadFocus) find("cards").children[index]?.focus();
  const digit = digits[index];
  find("network").hidden = !digit.layers;
  if (digit.layers) drawNetwork(find("net"), digit);
}

function makeCard(digit, index) {
  const card = document.createElement("button");
  card.className = "card";
  card.setAttribute("aria-pressed", index === selected);
  card.setAttribute("aria-label", `${digit.digit}, ${percent(digit.confidence)} sure`);
  card.append(picture(digit.pixels), columns(digit));
  card.addEventListener("click", () => select(index));
  return card;
}

function picture(pixels) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  const context = canvas.getContext("2d");
  const data = context.createImageData(28, 28);
  pixels.forEach((value, index) => data.data.set([value, value, value, 255], 4 * index));
  context.putImageData(data, 0, 0);
  return canvas;
}

function columns(digit) {
  const box = document.createElement("span");
  box.className = "columns";
  digit.probabilities.forEach((chance, index) => {
    const column = document.createElement("span");
    const bar = draw("svg", { class: "level", viewBox: "0 0 1 1", preserveAspectRatio: "none" });
    bar.append(draw("rect", { y: 1 - chance, width: 1, height: chance }));
    column.className = index === digit.digit ? "most" : "";
    const number = document.createElement("span");
    number.textContent = index;
    const share = document.createElement("span");
    share.textContent = chance >= 0.9995 ? "100" : (100 * chance).toFixed(chance < 0.0995 ? 1 : 0);
    column.append(bar, number, share);
    box.append(column);
  });
  return box;
}

function draw(name, values) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
  return element;
}

function percent(chance) {
  if (chance >= 0.995 && chance < 1) return `${Math.min(100 * chance, 99.99).toFixed(2)} %`;
  return `${Math.round(100 * chance)} %`;
}

new ResizeObserver(() => {
  if (digits[selected]?.layers) drawNetwork(find("net"), digits[selected]);
}).observe(find("net"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (digits[selected]?.layers) drawNetwork(find("net"), digits[selected]);
});
clearPaper();
