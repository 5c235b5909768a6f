// Looks again every two seconds while something runs, and puts in only what has changed.
// Once the part is gone from the page, the page is over: it is loaded anew.
const EVERY_MS = 2000;
const isTyping = () => document.activeElement?.matches("input:not([type=hidden]), textarea, select");

async function look() {
  let fresh;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    setTimeout(look, EVERY_MS);  // the server is away: it may come back
    return;
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now === null) {
      if (!isTyping()) location.reload();
    } else if (part.innerHTML !== now.innerHTML && !part.contains(document.activeElement)) {
      part.innerHTML = now.innerHTML;
    }
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
