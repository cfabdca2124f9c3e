// Fetches the page anew every second while the retraining runs, and puts its new part in place.

const live = document.getElementById("live");

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("live");
    if (answer.ok && now) {
      const focused = document.activeElement?.tagName === "BUTTON";
      live.replaceChildren(...now.childNodes);
      live.dataset.state = now.dataset.state;
      if (focused) live.querySelector("button, a.button")?.focus();
    }
  } catch {
    // The network or the server is gone for a moment: the next second may do.
  }
  if (live.dataset.state === "running") setTimeout(refresh, 1000);
}

setTimeout(refresh, 1000);
