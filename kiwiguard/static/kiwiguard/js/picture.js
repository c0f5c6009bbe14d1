// The form of a picture: drop a file, see it, and set its focal point by a click or the arrow keys.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const input = document.getElementById("id_upload");
  const [across, down] = ["id_focal_x", "id_focal_y"].map((id) => document.getElementById(id));
  if (!input || !across || !down) return;

  const stage = document.createElement("div");
  stage.className = "focal-stage";
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", "Focal point: move it with the arrow keys, or click");
  const picture = document.createElement("img");
  picture.alt = "";
  const cross = document.createElement("span");
  cross.className = "focal-cross";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  stage.append(picture, cross);
  input.closest(".form-row").append(stage, status);
  stage.hidden = true;

  const place = () => {
    cross.style.left = `${across.value}%`;
    cross.style.top = `${down.value}%`;
  };

  const set = (x, y) => {
    across.value = Math.round(Math.min(100, Math.max(0, x)));
    down.value = Math.round(Math.min(100, Math.max(0, y)));
    place();
    status.textContent = `Focal point at ${across.value} % from the left and ${down.value} % from the top.`;
  };

  const show = (address) => {
    picture.src = address;
    stage.hidden = false;
    place();
  };

  const preview = () => {
    const [file] = input.files;
    if (!file) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => show(reader.result));
    reader.readAsDataURL(file);
  };

  const current = document.querySelector("[data-picture]");
  if (current) show(current.dataset.picture);
  input.addEventListener("change", preview);
  [across, down].forEach((field) => field.addEventListener("input", place));

  stage.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    set(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
  });
  stage.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 2;
    set(Number(across.value) + step[0] * far, Number(down.value) + step[1] * far);
  });

  const row = input.closest(".form-row");
  row.classList.add("drop-zone");
  for (const name of ["dragover", "dragleave", "drop"]) {
    row.addEventListener(name, (event) => {
      event.preventDefault();
      row.classList.toggle("is-over", name === "dragover");
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      preview();
    });
  }
});
