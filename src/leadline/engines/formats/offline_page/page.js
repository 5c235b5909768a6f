"use strict";
(() => {
  const task = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const KEYS = "1234567890abdefhijklmnopqrtvxyz";
  const LONGEST_S = 600;
  let name = "", order = [], answers = [], began = 0, isSaved = true;

  // the order is another for each person, and the same when they come back
  function shuffled(count, seed) {
    let state = 2166136261;
    for (const letter of seed) state = Math.imul(state ^ letter.codePointAt(0), 16777619);
    const next = () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
    const numbers = [...Array(count).keys()];
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(next() * (last + 1));
      [numbers[last], numbers[other]] = [numbers[other], numbers[last]];
    }
    return numbers;
  }

  const place = () => `leadline ${task.items.length} ${task.items[0]?.[0]} ${task.version} ${name}`;

  function keep() {
    isSaved = false;
    try { localStorage.setItem(place(), JSON.stringify(answers)); } catch { /* file alone */ }
  }

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(place()) ?? "[]");
      const isOurs = found.every((each, n) => each.item === task.items[order[n]]?.[0]);
      return isOurs ? found : [];
    } catch { return []; }
  }

  function element(tag, text, className = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function shown(value, kind) {
    const cell = document.createElement("dd");
    cell.dir = "auto";
    if (value === null) {
      cell.append(element("span", "not known", "quiet"));
    } else if (kind === "image") {
      const image = document.createElement("img");
      image.src = value;
      image.alt = "The image to label";
      cell.append(image);
    } else {
      cell.textContent = String(value);
    }
    if (kind === "image" || kind === "text") cell.className = "wide";
    return cell;
  }

  function minutesLeft() {
    const took = answers.map((each) => each.seconds).sort((a, b) => a - b);
    const middle = took.length ? took[took.length >> 1] : 10;
    return Math.max(1, Math.round((middle * (task.items.length - answers.length)) / 60));
  }

  function show() {
    const total = task.items.length, isDone = answers.length >= total;
    at("work").hidden = isDone;
    at("done").hidden = !isDone;
    if (isDone) { at("thanks").focus(); return; }
    at("progress").textContent =
      `${answers.length} of ${total} answered, about ${minutesLeft()} min left`;
    at("bar").max = total;
    at("bar").value = answers.length;
    const [, values] = task.items[order[answers.length]];
    at("item").replaceChildren(...task.columns.flatMap(([column, kind], n) => {
      const title = element("dt", column, kind === "image" || kind === "text" ? "wide" : "");
      return [title, shown(values[n], kind)];
    }));
    at("undo").disabled = answers.length === 0;
    at("comment").value = "";
    at("value").value = "";
    at("said").textContent = "";
    (task.labels.length ? at("question") : at("value")).focus();
    began = performance.now();
  }

  function answer(value) {
    if (at("work").hidden) return;
    const written = at("comment").value.trim();
    const seconds = Math.min(LONGEST_S, (performance.now() - began) / 1000);
    answers.push({
      item: task.items[order[answers.length]][0],
      judge: name,
      value,
      seconds: Math.round(seconds * 1000) / 1000,
      at: new Date().toISOString(),
      guidelines: task.version,
      reason: value === null ? written : "",
      comment: value === null ? "" : written,
    });
    keep();
    show();
  }

  function undo() {
    if (!answers.length) return;
    answers.pop();
    keep();
    show();
  }

  function save() {
    const lines = answers.map((each) => JSON.stringify(each) + "\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines], { type: "application/jsonl" }));
    link.download = `answers-${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    isSaved = true;
    at("said").textContent = `Saved ${answers.length} answers as ${link.download}.`;
  }

  function numbered() {
    const typed = at("value").value.trim();
    const text = typed.replace(",", ".");
    // 1,234 is a thousand to some and one and a bit to others
    const isUnclear = /^[-+]?\d{1,3}(,\d{3})+$/.test(typed);
    if (isUnclear || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) {
      at("said").textContent = "A number is needed, such as 12.5.";
      return;
    }
    answer(text);
  }

  // yes and no are said by the keys that say them on the project's own pages
  const isYesNo = task.labels.map((label) => label.toLowerCase()).sort().join() === "no,yes";
  const keys = isYesNo ? task.labels.map((label) => label[0].toLowerCase()) : [...KEYS.slice(0, task.labels.length)];

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || at("start").hidden === false) return;
    const isWriting = ["INPUT", "TEXTAREA"].includes(event.target.tagName);
    if (event.key === "Escape" && isWriting) { at("question").focus(); return; }
    if (isWriting) return;
    const label = keys.indexOf(event.key);
    const doing = {
      "?": () => answer(null), u: undo, w: save,
      g: () => { at("guide").open = !at("guide").open; },
      c: () => at("comment").focus(),
    }[event.key] ?? (label >= 0 ? () => answer(task.labels[label]) : null);
    if (doing) { event.preventDefault(); doing(); }
  }

  function begin(event) {
    event.preventDefault();
    name = at("name").value.trim().replace(/\s+/g, " ");
    if (!name) return;
    order = shuffled(task.items.length, name);
    answers = kept();
    at("start").hidden = true;
    show();
  }

  at("start-question").textContent = task.question;
  at("question").textContent = task.question;
  const money = new Intl.NumberFormat(undefined, { style: "currency", currency: task.currency });
  const unit = 10 ** money.resolvedOptions().maximumFractionDigits;
  const price = task.reward ? `, ${money.format(task.reward / unit)} for each` : "";
  at("offer").textContent = `${task.items.length} items${price}.`;
  at("guidelines").textContent = task.guidelines;
  at("guide").hidden = task.guidelines === "";
  at("number").hidden = task.labels.length > 0;
  at("labels").hidden = task.labels.length === 0;
  task.labels.forEach((label, n) => {
    const button = element("button", label);
    button.type = "button";
    if (keys[n]) button.append(element("kbd", keys[n].toUpperCase()));
    button.addEventListener("click", () => answer(label));
    at("labels").append(button);
  });
  at("start").addEventListener("submit", begin);
  at("number").addEventListener("submit", (event) => { event.preventDefault(); numbered(); });
  at("unsure").addEventListener("click", () => answer(null));
  for (const id of ["undo", "undo-last"]) at(id).addEventListener("click", undo);
  for (const id of ["save", "save-all"]) at(id).addEventListener("click", save);
  document.addEventListener("keydown", press);
  addEventListener("beforeunload", (event) => { if (!isSaved) event.preventDefault(); });
  at("start").hidden = false;
  at("name").focus();
})();
