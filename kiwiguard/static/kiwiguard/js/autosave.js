// Keeps what is typed into an article's form every few seconds, and says who else has the article open.
"use strict";

{
  const EVERY = 5000;
  const HEARTBEAT = 20000;

  const start = (form) => {
    const { autosave, article } = form.querySelector("[data-autosave]").dataset;
    const status = document.getElementById("autosave-status");
    const present = document.getElementById("present");
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    let kept = null;
    let isSaving = false;
    let isLeaving = false;
    let isSent = false;
    let last = 0;

    const content = () => {
      const pairs = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
      return JSON.stringify(pairs);
    };

    const body = (fields) => {
      const data = new URLSearchParams({ article, csrfmiddlewaretoken: token });
      if (fields) data.set("fields", fields);
      if (isLeaving) data.set("leave", "1");
      return data;
    };

    const showOthers = (others) => {
      present.hidden = others.length === 0;
      present.textContent = others
        .map(({ name, since }) => `${name} has this article open since ${since}. Whoever saves last will be asked.`)
        .join(" ");
    };

    const beat = async () => {
      if (isSaving || isSent) return;
      const fields = content();
      const isChanged = kept !== null && fields !== kept;
      if (!isChanged && (isLeaving || Date.now() - last < HEARTBEAT)) return;
      isSaving = true;
      try {
        const response = await fetch(autosave, { method: "POST", body: body(isChanged ? fields : ""), credentials: "same-origin" });
        const answer = await response.json();
        last = Date.now();
        if (answer.others) showOthers(answer.others);
        if (answer.saved_at) {
          kept = fields;
          status.textContent = `Draft kept ${answer.saved_at}`;
        }
        if (answer.error) status.textContent = answer.error;
      } catch {
        status.textContent = "The draft can’t be kept just now: the server doesn’t answer.";
      }
      isSaving = false;
    };

    // What the page came with isn't a draft; the editor tidies its text once, shortly after loading.
    setTimeout(() => {
      kept = content();
      setInterval(beat, EVERY);
    }, 1500);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && beat());
    form.addEventListener("submit", () => {
      isSent = true;
    });
    // Browsers hide a page after they have left it: what it still has to tell by then mustn't say that it is open.
    window.addEventListener("pagehide", () => {
      isLeaving = true;
      navigator.sendBeacon(autosave, body(""));
    });
    window.addEventListener("pageshow", () => {
      isLeaving = isSent = false;
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form:has([data-autosave])");
    if (form) start(form);
  });
}
