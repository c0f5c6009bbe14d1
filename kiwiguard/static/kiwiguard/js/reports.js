// Offers the other sources in a source's field “Independence” once somebody turns to it, where they are so many that the
// page leaves them out.
"use strict";

{
  const FIXED = 2; // the choices that name no other source

  const offer = (select) => {
    const own = select.closest(".inline-related");
    const stored = [...document.querySelectorAll("#sources-group .inline-related:not(.empty-form)")].filter(
      (row) => row !== own && row.querySelector('input[name$="-id"]').value,
    );
    const chosen = select.value;
    select.replaceChildren(
      ...[...select.options].slice(0, FIXED),
      ...stored.map((row) => {
        const number = row.querySelector('input[name$="-position"]').value;
        return new Option(`The same report as source ${number}`, row.querySelector('input[name$="-key"]').value);
      }),
    );
    select.value = chosen;
  };

  document.addEventListener("focusin", (event) => {
    if (event.target.matches('select[name$="-report_decision"]')) offer(event.target);
  });
}
