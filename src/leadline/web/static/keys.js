// One key, one button: a digit, a letter or ? answers, U takes the last answer back.
// A key of a panel opens it; while it is open, its own keys go first. Esc closes it.
const FIELDS = "input:not([type=hidden]), textarea, select";
const openPanel = () => document.querySelector("form details[data-panel][open]");

function toggle(panel) {
  for (const other of document.querySelectorAll("form details[data-panel][open]")) {
    if (other !== panel) other.open = false;
  }
  panel.open = !panel.open;
  panel.querySelector("summary").focus();
  if (panel.open) panel.querySelector("[data-first]")?.focus();
}

function buttonOf(key) {
  const panel = openPanel();
  const inside = panel ? [...panel.querySelectorAll("button[data-key]")] : [];
  const outside = [...document.querySelectorAll("button[data-key]")].filter((one) => !one.closest("details"));
  return [...inside, ...outside].find((one) => one.dataset.key === key);
}

document.addEventListener("keydown", (event) => {
  const field = event.target instanceof Element ? event.target.closest(FIELDS) : null;
  if (event.key === "Escape") {
    const panel = openPanel();
    if (field) field.blur();
    if (panel) panel.open = panel.dataset.panel === "c" && field !== null && field.value !== "";
    return;
  }
  if (field?.dataset.sends && event.key === "Enter") {
    event.preventDefault();
    document.getElementById(field.dataset.sends).click();
  }
  if (field || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const panel = document.querySelector(`details[data-panel="${CSS.escape(key)}"]`);
  const target = panel ?? buttonOf(key);
  if (!target) return;
  event.preventDefault();
  if (panel) toggle(panel);
  else target.click();
});
