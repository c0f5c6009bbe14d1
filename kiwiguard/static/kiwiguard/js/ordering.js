// Puts the rows of an inline (key points, sources) in order by buttons and by drag.
// Their place is a number in each row's "position" field, which works without this script too.
"use strict";

{
  const rowsOf = (group) => [...group.querySelectorAll(".inline-related:not(.empty-form)")];
  const positionOf = (row) => row.querySelector('input[name$="-position"]');

  const renumber = (group) => {
    rowsOf(group).forEach((row, index) => {
      positionOf(row).value = index + 1;
      row.querySelector(".order-up").disabled = index === 0;
      row.querySelector(".order-down").disabled = index === rowsOf(group).length - 1;
    });
    document.dispatchEvent(new Event("sources:changed"));
  };

  const say = (group, row) => {
    const rows = rowsOf(group);
    group.querySelector(".order-status").textContent = `Moved to place ${rows.indexOf(row) + 1} of ${rows.length}.`;
  };

  const move = (group, row, step, button) => {
    const rows = rowsOf(group);
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    renumber(group);
    say(group, row);
    // A button at its end is disabled and would lose the focus.
    (button.disabled ? row.querySelector(".order-up:enabled, .order-down:enabled") : button).focus();
  };

  const makeButton = (group, row, name, sign, label, step) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `order-button ${name}`;
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", () => move(group, row, step, button));
    return button;
  };

  const makeDraggable = (group, row, handle) => {
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      row.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setDragImage(row, 0, 0);
    });
    handle.addEventListener("dragend", () => {
      row.classList.remove("dragged");
      renumber(group);
      say(group, row);
    });
    row.addEventListener("dragover", (event) => {
      const dragged = group.querySelector(".dragged");
      if (!dragged || dragged === row) return;
      event.preventDefault();
      const middle = row.getBoundingClientRect().top + row.offsetHeight / 2;
      if (event.clientY < middle) row.before(dragged);
      else row.after(dragged);
    });
    row.addEventListener("drop", (event) => event.preventDefault());
  };

  const equip = (group, row) => {
    const heading = row.querySelector("h3");
    const controls = document.createElement("span");
    controls.className = "order-controls";
    controls.append(
      makeButton(group, row, "order-up", "↑", "Move up", -1),
      makeButton(group, row, "order-down", "↓", "Move down", 1),
    );
    heading.prepend(controls);
    makeDraggable(group, row, heading);
    positionOf(row).closest(".form-row").hidden = true;
  };

  const start = (group) => {
    const status = document.createElement("p");
    status.className = "order-status";
    status.setAttribute("role", "status");
    group.append(status);
    rowsOf(group).forEach((row) => equip(group, row));
    renumber(group);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".inline-group:has(.ordered)").forEach(start);
  });

  document.addEventListener("formset:added", (event) => {
    const group = event.target.closest(".inline-group:has(.ordered)");
    if (!group) return;
    equip(group, event.target);
    renumber(group);
  });

  document.addEventListener("formset:removed", () => {
    document.querySelectorAll(".inline-group:has(.ordered)").forEach(renumber);
  });
}
