// Hands the picture that was chosen to the editor that opened this window.
"use strict";

document.querySelector(".pick").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !window.opener) return;
  const { id, url, alternativeText, caption } = button.dataset;
  const callback = Number(document.querySelector(".pick").dataset.callback);
  window.opener.CKEDITOR.tools.callFunction(callback, url, { id, alternative_text: alternativeText, caption });
  window.close();
});
