/* The words of a draft save themselves, field by field, some seconds after typing stops.
   Nothing is kept in the browser: what could not be saved stays in the page and is sent again. When another device
   saved the same field meanwhile, both texts are shown and the person chooses. */
(() => {
  "use strict";

  const PAUSE = 2500; // after the last key
  const AGAIN = 10000; // after a broken line, or while signed out

  const enhance = (box) => {
    const form = document.getElementById(box.dataset.draft);
    const words = box.querySelector("[data-draft-words]");
    const versions = JSON.parse(document.getElementById("draft-versions").textContent);
    const timers = new Map();
    const say = (text, kind) => {
      words.textContent = text;
      words.className = kind === "bad" ? "error" : "muted";
    };
    const valueOf = (name) => new FormData(form).get(name) ?? "";
    const later = (name, wait) => {
      clearTimeout(timers.get(name));
      timers.set(name, setTimeout(() => save(name), wait));
    };

    const save = async (name) => {
      timers.delete(name);
      const sent = valueOf(name);
      const body = new FormData();
      body.set("value", sent);
      body.set("version", versions[name]);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      say(box.dataset.saving);
      let answer;
      try {
        answer = await fetch(box.dataset.url.replace("field-name", name), {
          method: "POST",
          body,
          redirect: "manual",
          keepalive: true, // it also arrives when the page is being left
          headers: { "X-Requested-With": "XMLHttpRequest" },
        });
      } catch {
        say(box.dataset.lost, "bad");
        later(name, AGAIN);
        return;
      }
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        say(box.dataset.signedOut, "bad");
        later(name, AGAIN);
        return;
      }
      if (!(answer.headers.get("Content-Type") ?? "").includes("json")) {
        say(box.dataset.lost, "bad");
        later(name, AGAIN);
        return;
      }
      const found = await answer.json();
      if (answer.ok) {
        remember(name, found);
        say(box.dataset.saved.replace("{time}", found.saved_at));
        if (valueOf(name) !== sent) later(name, PAUSE);
      } else if (answer.status === 409) {
        say(found.errors.join(" "), "bad");
        ask(name, found);
      } else {
        say(found.errors.join(" "), "bad");
      }
    };

    const remember = (name, found) => {
      versions[name] = found.version;
      if (form.elements.version) form.elements.version.value = found.form_version;
      form.querySelector(`[data-conflict-of="${name}"]`)?.remove();
    };

    const ask = (name, found) => {
      const control = form.elements[name];
      const place = (control instanceof RadioNodeList ? control[0] : control).closest(".field, fieldset, p, div");
      const note = document.createElement("div");
      note.className = "alert wait";
      note.dataset.conflictOf = name;
      const inside = document.createElement("div");
      const title = document.createElement("p");
      title.textContent = box.dataset.conflict;
      const theirs = document.createElement("blockquote");
      const option = control.options && [...control.options].find((each) => each.value === String(found.stored));
      theirs.textContent = option ? option.textContent : found.stored;
      const buttons = document.createElement("p");
      buttons.className = "actions";
      const button = (text, act) => {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "btn quiet";
        made.textContent = text;
        made.addEventListener("click", act);
        buttons.append(made);
      };
      button(box.dataset.mine, () => {
        remember(name, found);
        save(name);
      });
      button(box.dataset.theirs, () => {
        remember(name, found);
        control.value = found.stored;
        say("");
      });
      inside.append(title, theirs, buttons);
      note.append(inside);
      form.querySelector(`[data-conflict-of="${name}"]`)?.remove();
      place.after(note);
    };

    form.addEventListener("input", (event) => {
      if (event.target.name in versions) later(event.target.name, PAUSE);
    });
    form.addEventListener("change", (event) => {
      if (event.target.name in versions) later(event.target.name, 0);
    });
    // Whoever leaves the page while a pause runs has it saved on the way out.
    window.addEventListener("pagehide", () => {
      for (const [name, timer] of timers) {
        clearTimeout(timer);
        save(name);
      }
    });
    form.addEventListener("submit", () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    });
  };

  document.querySelectorAll("[data-draft]").forEach(enhance);
})();
