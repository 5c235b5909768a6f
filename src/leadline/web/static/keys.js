// One key, one button: Y, N, ? or a digit answers, U takes the last answer back.
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input:not([type=hidden]), textarea, select");
  if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  for (const button of document.querySelectorAll("button[data-key]")) {
    if (button.dataset.key === key) {
      event.preventDefault();
      button.click();
      return;
    }
  }
});
