// Puts the tags that a text suggests beside the field, and adds one when its button is pressed.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const offered = document.getElementById("tag-suggestions");
  const field = document.getElementById("id_tags");
  if (!offered || !field) return;
  field.closest(".form-row").append(offered);
  offered.addEventListener("click", (event) => {
    const { tag } = event.target.dataset;
    if (!tag) return;
    if (![...field.options].some((option) => option.value === tag)) field.add(new Option(tag, tag, true, true));
    django.jQuery(field).trigger("change");
    const next = event.target.nextElementSibling || event.target.previousElementSibling || field;
    event.target.remove();
    next.focus();
  });
});
