"""What is asked of a page in the browser about where things lie on it."""

OVERLAPS = """() => {
  const aside = ".jump, .alert, svg, canvas, option, noscript";  // over others on purpose
  const controls = "button, .button, select, input:not([type=hidden]), textarea, img, progress";
  const parts = [];

  function add(element, rect, words, inset) {
    let [left, top, right, bottom] = [rect.left, rect.top + inset, rect.right, rect.bottom - inset];
    for (let one = element; one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.clipPath !== "none") return;  // only heard, not seen
      if (one === element || style.overflow === "visible") continue;
      const frame = one.getBoundingClientRect();  // the rest is scrolled out of sight
      [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
    }
    if (right - left <= 1 || bottom - top <= 1) return;
    parts.push({ element, left, top, right, bottom, words });
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement: element } = texts.currentNode;
    if (!data.trim() || element.closest(aside) || !element.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const rect of range.getClientRects()) {
      add(element, rect, data.trim(), rect.height / 5);  // of a line some is above the letters
    }
  }
  for (const element of document.querySelectorAll(controls)) {
    if (element.closest(aside) || !element.checkVisibility()) continue;
    add(element, element.getBoundingClientRect(), element.outerHTML, 0);
  }

  const meet = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2 &&
    !a.element.contains(b.element) && !b.element.contains(a.element);
  const found = [];
  parts.forEach((a, at) => {
    for (const b of parts.slice(at + 1)) if (meet(a, b)) found.push([a.words, b.words]);
  });
  return found;
}"""
"""Returns the words and controls that lie on one another, two by two."""

FOCUS_UNSEEN = """() => {
  const outlined = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const shows = (one) =>
    [one, one.parentElement, one.previousElementSibling, one.nextElementSibling]
      .filter(Boolean)
      .some(outlined);
  const reached = "a, button, input, select, summary, [tabindex]", unseen = [];
  for (const element of document.querySelectorAll(reached)) {
    if (element.id === "main") continue;  // where the jump over the navigation lands
    element.focus();
    if (document.activeElement === element && !shows(element)) unseen.push(element.outerHTML);
  }
  return unseen;
}"""
"""Returns what takes the focus and doesn't show it. Browsers show it once a key was pressed."""

STRETCHED = """most => [...document.querySelectorAll("button, .button, select, input, img, svg")]
  .filter((one) => one.getBoundingClientRect().width > most)
  .map((one) => one.outerHTML.slice(0, 200))"""
"""Returns what is wider than so many pixels, and is no text, table or frame."""
