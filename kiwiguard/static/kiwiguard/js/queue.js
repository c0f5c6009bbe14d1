// Single keys for the moderators' queue. Everything works without this file; it saves the hand the mouse.
"use strict";

const queue = document.getElementById("queue");
const said = document.getElementById("said");
const undo = document.getElementById("undo");
const keys = document.getElementById("keys");
const keysButton = document.getElementById("keys-button");

const replies = () => [...queue.querySelectorAll("[data-reply]")].filter((reply) => reply.offsetParent !== null);
const current = () => document.activeElement.closest?.("[data-reply]");

function go(step) {
  const all = replies();
  const place = all.indexOf(current());
  const next = all[place < 0 ? 0 : Math.min(Math.max(place + step, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function say(sentences, isWarning) {
  for (const sentence of sentences) {
    const line = document.createElement("p");
    line.className = isWarning ? "warning" : "success";
    line.textContent = sentence;
    said.append(line);
  }
}

function remove(decided) {
  const gone = decided.map((pk) => document.getElementById(`reply-${pk}`)).filter(Boolean);
  const all = replies();
  const last = Math.max(...gone.map((reply) => all.indexOf(reply)));
  const next = all.slice(last + 1).find((reply) => !gone.includes(reply)) ?? all.findLast((reply) => !gone.includes(reply));
  const groups = new Set(gone.map((reply) => reply.closest("li")));
  for (const reply of gone) reply.remove();
  for (const group of groups) {
    const rest = group.querySelectorAll("[data-reply]");
    if (rest.length === 0) group.remove();
    // A flood without its first reply is told anew by the server.
    else if (rest.length < 2 || group.querySelector(":scope > [data-reply]") === null) location.reload();
  }
  if (next?.isConnected) next.focus();
  else if (replies().length === 0) location.reload();
  else said.focus();
}

async function decide(event) {
  const button = event.submitter;
  if (!button?.name || button.hasAttribute("formaction")) return;
  event.preventDefault();
  const form = new FormData(queue, button);
  const headers = { "X-Requested-With": "fetch" };
  let answer;
  try {
    answer = await fetch(queue.action, { method: "POST", body: new URLSearchParams(form), headers });
    if (!answer.ok) throw new Error(answer.statusText);
  } catch {
    queue.removeEventListener("submit", decide);
    queue.requestSubmit(button);
    return;
  }
  const outcome = await answer.json();
  said.replaceChildren();
  say(outcome.said, false);
  say(outcome.missed, true);
  if (outcome.decided.length) {
    undo.hidden = false;
    undo.querySelector("span").textContent = outcome.said[0];
    remove(outcome.decided);
  }
}

function press(name) {
  current()?.querySelector(`.verbs button[name="${name}"]`)?.click();
}

const actions = {
  j: () => go(1),
  k: () => go(-1),
  a: () => press("approve"),
  r: () => press("reject"),
  s: () => press("spam"),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  u: () => undo.hidden || undo.requestSubmit(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  if (Object.hasOwn(actions, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
});

queue.addEventListener("submit", decide);
keysButton.hidden = false;
keysButton.addEventListener("click", () => keys.showModal());
if (/^#reply-\d+$/.test(location.hash)) document.querySelector(location.hash)?.focus();
