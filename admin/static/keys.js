// Keys of a page: one press, one action. `?` and `/` open the page's drawers, Escape closes them.

const find = (id) => document.getElementById(id);

export function onKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const at = event.target;
    if (event.key === "Escape") return leave(at);
    if (at.closest("select, textarea, input:not([type=checkbox])")) return;
    const own = event.key === "Enter" || event.key === " ";
    if (own && at.closest("a, button, summary, input")) return; // that control's own keys
    const action = actions[event.key] ?? opener(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

const DRAWERS = { "?": "help", "/": "filter" };

function opener(key) {
  const element = find(DRAWERS[key]); // not every page has both
  return element && (() => toggle(element));
}

function toggle(drawer) {
  drawer.open = !drawer.open;
  if (!drawer.open) return leave(drawer);
  (drawer.querySelector("select, input") ?? drawer.querySelector("summary")).focus();
  drawer.scrollIntoView({ block: "nearest" });
}

function leave(element) {
  const drawer = element.closest("details");
  if (drawer) drawer.open = false;
  document.activeElement?.blur();
}
