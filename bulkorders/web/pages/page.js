// What the page does beyond htmx: all of it makes easier what forms do without a script too.
"use strict";

const plain = (text) => text.replace(/[\s.,'’_]/g, "").toLowerCase();

/* A button that wakes when the right text has been typed. The server compares it again. */
function watchConfirm(form) {
  const fields = [...form.querySelectorAll("input[data-confirm]")];
  const buttons = [...form.querySelectorAll(".needs-confirm")];
  const right = () => fields.every((field) => plain(field.value) === plain(field.dataset.confirm));
  const look = () => buttons.forEach((button) => { button.disabled = !right(); });
  form.addEventListener("input", look);
  look();
}

/* A place where a file can be dropped; a chosen file is named, and sent at once where the form says so. */
function watchDrop(zone) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-file-name]");
  if (!input) return;
  const show = () => {
    if (name) name.textContent = [...input.files].map((file) => file.name).join(", ");
    zone.classList.toggle("chosen", input.files.length > 0);
    if (input.files.length && zone.hasAttribute("data-send")) input.form.requestSubmit();
  };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
  });
}

/* A box that ticks all boxes of its form, and buttons that sleep while none is ticked. */
function watchTicks(form) {
  const all = form.querySelector("input[data-tick-all]");
  const boxes = () => [...form.querySelectorAll("input[type=checkbox][data-tick]")];
  const count = form.querySelector("[data-ticked]");
  const look = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    if (count) count.textContent = ticked.toLocaleString(document.documentElement.lang);
    form.querySelectorAll(".needs-tick").forEach((button) => { button.disabled = ticked === 0; });
    if (all) { all.checked = ticked > 0 && ticked === boxes().length; all.indeterminate = ticked > 0 && !all.checked; }
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) boxes().forEach((box) => { box.checked = all.checked; });
    look();
  });
  look();
}

/* A form is sent once: its buttons sleep while the answer is awaited. */
function watchSend(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => {
      if (!button.hasAttribute("data-again")) button.classList.add("waiting");
    }), 0);
  });
}

function wake(part) {
  const each = (selector, watch) => {
    if (part.matches?.(selector)) watch(part);
    part.querySelectorAll(selector).forEach(watch);
  };
  each("form[data-confirming]", watchConfirm);
  each("[data-drop]", watchDrop);
  each("form[data-ticks]", watchTicks);
  each("form[method=post]:not([hx-post]):not([data-again])", watchSend);
}

addEventListener("DOMContentLoaded", () => wake(document.body));
addEventListener("htmx:load", (event) => { if (event.target !== document.body) wake(event.target); });
/* Back to a page that was left by sending its form: it may be sent again. */
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  form.querySelectorAll(".waiting").forEach((button) => button.classList.remove("waiting"));
}));

/* A server that does not answer for a while is said, and is no longer said once it answers again. */
let silence = 0;
const offline = (yes) => { const box = document.getElementById("offline"); if (box) box.hidden = !yes; };
for (const kind of ["htmx:sendError", "htmx:sseError", "htmx:timeout"]) {
  addEventListener(kind, () => { silence ||= setTimeout(() => offline(true), 1500); });
}
for (const kind of ["htmx:afterOnLoad", "htmx:sseOpen", "htmx:sseMessage"]) {
  addEventListener(kind, () => { clearTimeout(silence); silence = 0; offline(false); });
}

/* What is said to those who listen: a fragment with data-announce is read out once. */
addEventListener("htmx:afterSettle", (event) => {
  const told = event.target.querySelector?.("[data-announce]") ?? (event.target.dataset?.announce ? event.target : null);
  const live = document.getElementById("announce");
  if (told && live && live.textContent !== told.dataset.announce) live.textContent = told.dataset.announce;
});
