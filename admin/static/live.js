// Fetches the page anew every second while something goes on, and puts the parts of it in place that
// say so: those with data-state, for as long as it is, or was a moment ago, "running". A download
// leaves the page where it is, so a click on one looks for what goes on, too.

const parts = [...document.querySelectorAll("[data-state]")];
let timer = 0;

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) for (const part of parts) renew(part, page.getElementById(part.id));
  } catch {
    // The network or the server is gone for a moment: the next second may do.
  }
  if (parts.some((part) => part.dataset.state === "running")) later(1000);
}

function renew(part, now) {
  if (!now) {
    part.replaceChildren(); // the last of its list is gone
    part.dataset.state = "idle";
    return;
  }
  if (part.dataset.state === now.dataset.state && now.dataset.state === "idle") return;
  const focused = part.contains(document.activeElement) && document.activeElement.tagName === "BUTTON";
  part.replaceChildren(...now.childNodes);
  part.dataset.state = now.dataset.state;
  if (focused) part.querySelector("button, a.button")?.focus();
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(refresh, milliseconds);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("a[download]")) later(500);
});
if (parts.some((part) => part.dataset.state === "running")) later(1000);
