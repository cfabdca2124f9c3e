// Shows one sample of the review.

export const NOT_A_DIGIT = 10;

const find = (id) => document.getElementById(id);

export function showCard(card) {
  find("image").src = card.image;
  place(find("crop"), card.crop, card);
  place(find("whole"), [0, 0, card.width, card.height], card);
  find("predicted").textContent = card.predicted;
  find("confidence").textContent = percent(card.confidence);
  find("sender").textContent = card.sender === null ? "said nothing" : word(card.sender);
  find("contributor").textContent = card.contributor;
  find("page").href = card.page;
  document.querySelector(".no-original").hidden = card.original;
  find("grid").href = find("grid").href.replace(/\d+$/, card.predicted);
  find("now").textContent = spoken(card);
  find("suspected").hidden = card.suspicion < 0.5;
  find("suspicion").textContent = percent(card.suspicion);
  showAlike(card);
  showKeys(card);
}

function showKeys(card) {
  document.querySelectorAll("#decide .key").forEach((key, digit) => {
    const chance = card.probabilities[digit] ?? 0;
    set(key.querySelector("rect"), { y: 1 - chance, height: chance });
    key.querySelector("small").textContent = `${Math.round(100 * chance)} %`;
    key.classList.toggle("accepted", digit === card.accepts);
  });
  find("accept").value = card.accepts;
  find("accept-words").textContent =
    card.sender === null
      ? `${card.predicted}, as the network read`
      : `${word(card.sender)}, as the sender says`;
}

function showAlike(card) {
  find("alike").hidden = !card.alike.length;
  find("alike-pictures").replaceChildren(
    ...card.alike.map((address) => {
      const picture = new Image(28, 28);
      picture.className = "pixels";
      picture.alt = "A look-alike";
      picture.src = address;
      return picture;
    }),
  );
}

function spoken(card) {
  const sender = card.sender === null ? "said nothing" : `says ${word(card.sender)}`;
  return `Sample ${card.id}: read as ${card.predicted}, ${percent(card.confidence)} sure; the sender ${sender}.`;
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

export const word = (label) => (label === NOT_A_DIGIT ? "not a digit" : String(label));

export function percent(chance) {
  if (chance >= 0.995 && chance < 1) return `${Math.min(100 * chance, 99.99).toFixed(2)} %`;
  return `${Math.round(100 * chance)} %`;
}
