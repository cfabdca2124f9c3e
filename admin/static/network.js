// Draws a network with its activations: every layer as a block of cells, one cell a neuron, and
// the connections that carry most. Small layers become a column of dots.

const DOTS = 32; // layers up to here are one column of dots
const LABELS = 34; // pixels below the blocks

export function drawNetwork(canvas, digit) {
  const colours = readColours();
  const scale = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  if (!width || !height) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.clearRect(0, 0, width, height);
  const blocks = arrange(digit.layers, width, height - LABELS);
  digit.connections.forEach((connections, index) =>
    drawConnections(pen, connections, blocks[index], blocks[index + 1], colours),
  );
  blocks.forEach((block, index) => {
    drawBlock(pen, block, digit.layers[index], colours);
    drawLabel(pen, block, index, blocks.length, height, width, colours);
  });
  drawAnswers(pen, blocks.at(-1), digit, colours);
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    muted: read("--muted"),
    empty: read("--line"),
    surface: read("--surface"),
    plus: read("--accent"),
    minus: read("--against"),
  };
}

// Where each layer stands: {x, y, size, across, down, count, dots}; the cell (0, 0) is at x, y.
function arrange(layers, width, height) {
  const room = width / layers.length; // for a block and the gap beside it
  const last = layers.length - 1;
  const margin = 26; // for the digits beside the outputs
  return layers.map((layer, index) => {
    const { across, down } = shape(layer.length, index);
    const dots = across === 1;
    const widest = room * (width < 600 ? 0.74 : 0.6);
    const size = Math.min(height / down, widest / across, dots ? 30 : index ? 16 : 9);
    const wide = across * size;
    const share = last ? index / last : 0;
    const x = share * (width - wide - (index === last ? margin : 0));
    return { x, y: (height - down * size) / 2, size, across, down, count: layer.length, dots };
  });
}

function shape(count, index) {
  if (index === 0 && count === 784) return { across: 28, down: 28 };
  if (count <= DOTS) return { across: 1, down: count };
  const across = Math.ceil(Math.sqrt(count / 3));
  return { across, down: Math.ceil(count / across) };
}

function centre(block, unit) {
  const column = unit % block.across;
  const row = Math.floor(unit / block.across);
  return [block.x + (column + 0.5) * block.size, block.y + (row + 0.5) * block.size];
}

function drawConnections(pen, connections, below, above, colours) {
  const most = Math.max(...connections.map(([, , value]) => Math.abs(value)), 1e-6);
  for (const [from, to, value] of connections) {
    const [x0, y0] = centre(below, from);
    const [x1, y1] = centre(above, to);
    const weight = Math.abs(value) / most;
    const bend = (x1 - x0) * 0.45;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
    pen.globalAlpha = 0.08 + 0.55 * weight;
    pen.lineWidth = 0.6 + 1.4 * weight;
    pen.setLineDash(value < 0 ? [4, 3] : []);
    pen.strokeStyle = value < 0 ? colours.minus : colours.plus;
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function drawBlock(pen, block, values, colours) {
  const most = Math.max(...values.map(Math.abs), 1e-6);
  const gap = block.size > 5 ? 1 : block.size > 3 ? 0.5 : 0;
  if (!block.dots) {
    pen.fillStyle = colours.surface;
    pen.fillRect(block.x, block.y, block.across * block.size, block.down * block.size);
  }
  values.forEach((value, unit) => {
    const [x, y] = centre(block, unit);
    const cell = block.size - gap;
    const paint = (colour, alpha) => {
      pen.globalAlpha = alpha;
      pen.fillStyle = colour;
      pen.beginPath();
      if (block.dots) pen.arc(x, y, 0.38 * block.size, 0, 2 * Math.PI);
      else pen.rect(x - cell / 2, y - cell / 2, cell, cell);
      pen.fill();
    };
    if (block.dots) paint(colours.surface, 1);
    paint(colours.empty, 0.8);
    const strength = Math.abs(value) / most;
    if (strength > 0.01) paint(value < 0 ? colours.minus : colours.plus, strength);
  });
  pen.globalAlpha = 1;
}

function drawLabel(pen, block, index, count, height, width, colours) {
  const long = width > 600;
  const names = { 0: long ? "28×28 pixels" : "28×28", [count - 1]: "answer" };
  const words = names[index] ?? (long ? `${block.count} neurons` : String(block.count));
  pen.font = "13px system-ui, sans-serif";
  pen.fillStyle = colours.muted;
  pen.textAlign = "center";
  const half = pen.measureText(words).width / 2;
  const middle = block.x + (block.across * block.size) / 2;
  pen.fillText(words, Math.min(Math.max(middle, half), width - half), height - 8);
}

function drawAnswers(pen, block, digit, colours) {
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  for (let unit = 0; unit < block.count; unit++) {
    const [x, y] = centre(block, unit);
    const chosen = unit === digit.digit;
    pen.font = `${chosen ? "bold 16px" : "13px"} system-ui, sans-serif`;
    pen.fillStyle = chosen ? colours.ink : colours.muted;
    pen.fillText(unit < 10 ? String(unit) : "∅", x + 0.5 * block.size + 3, y);
  }
  pen.textBaseline = "alphabetic";
}
