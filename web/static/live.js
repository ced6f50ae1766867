// Live parts of a page: asks only while somebody looks, says what is shown already, takes nothing away from a person who types.
"use strict";

(() => {
  const seen = new WeakMap(); // part -> the ETag of what it shows
  const HELD = "There is news here. It is shown once you have sent or emptied what you are filling in.";

  const livePart = (event) => (event.target instanceof Element && event.target.matches("[data-live]") ? event.target : null);

  const isChanged = (field) => {
    if (field instanceof HTMLSelectElement) {
      const usual = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
      return field.selectedIndex !== usual;
    }
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.type !== "hidden" && field.value !== field.defaultValue;
  };

  const isFilledIn = (part) => {
    const fields = [...part.querySelectorAll("input, select, textarea")];
    return fields.some((field) => field === document.activeElement || isChanged(field));
  };

  const say = (part, note, at) => {
    const said = part.nextElementSibling;
    const noteAt = said?.querySelector("[data-live-note]");
    const timeAt = said?.querySelector("[data-live-time]");
    if (noteAt && noteAt.textContent !== note) noteAt.textContent = note;
    if (timeAt && at) timeAt.textContent = `Up to date at ${at.toISOString().slice(11, 19)} UTC.`;
  };

  const problem = (text) => {
    const place = document.getElementById("problem");
    if (!place) return;
    place.replaceChildren();
    if (!text) return;
    const note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = text;
    place.append(note);
  };

  document.addEventListener("htmx:before:request", (event) => {
    const part = livePart(event);
    if (!part) return;
    if (document.hidden) {
      event.preventDefault();
      return;
    }
    if (seen.has(part)) event.detail.ctx.request.headers["If-None-Match"] = seen.get(part);
  });

  document.addEventListener("htmx:after:request", (event) => {
    const part = livePart(event);
    const status = event.detail.ctx.response?.status;
    if (!part || (status !== 200 && status !== 304)) return;
    problem("");
    if (status === 304) say(part, "", new Date());
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const part = livePart(event);
    const { response } = event.detail.ctx;
    if (!part || response?.status !== 200) return;
    if (isFilledIn(part)) {
      event.preventDefault();
      say(part, HELD, null);
      return;
    }
    seen.set(part, response.headers.get("ETag"));
    say(part, "", new Date());
  });

  document.addEventListener("htmx:error", (event) => {
    if (livePart(event)) problem("The console does not answer. What you see below is not up to date; it is asked again by itself.");
  });
})();
