// Gives the admin's autocomplete fields the names of their labels, which Select2 forgets, and dates and times theirs.
"use strict";

{
  const name = (root) => {
    root.querySelectorAll("select.admin-autocomplete").forEach((select) => {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const box = select.nextElementSibling;
      if (!label || !box) return;
      const text = label.textContent.trim().replace(/:$/, "");
      box.querySelectorAll(".select2-selection, .select2-selection__rendered[role], .select2-search__field").forEach((field) => {
        field.removeAttribute("aria-labelledby");
        field.setAttribute("aria-label", text);
      });
    });
  };

  const nameHalves = () => {
    document.querySelectorAll(".vDateField, .vTimeField").forEach((field) => {
      const row = field.closest(".form-row");
      const label = row && row.querySelector("label, legend");
      const half = field.classList.contains("vDateField") ? "date" : "time";
      if (label && !document.querySelector(`label[for="${field.id}"]`)) {
        field.setAttribute("aria-label", `${label.textContent.trim().replace(/:$/, "")} ${half}`);
      }
    });
  };

  // Select2 comes after us, and again with every row that is added.
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => name(document)).observe(document.body, { childList: true, subtree: true });
    name(document);
    nameHalves();
  });
}
