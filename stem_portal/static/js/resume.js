/* Sends a large file in pieces (tus 1.0) that go on where the line broke. What is unfinished, the portal knows; nothing
   is kept in this browser. Without this script the form takes files up to 20 MB. See templates/components/upload.html. */
(() => {
  "use strict";

  const MB = 1048576;
  const LEAST = MB / 8;
  const MOST = 8 * MB;
  const isApple = /iP(hone|ad|od)/.test(navigator.userAgent) || (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const packed = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const inMegabytes = (bytes) => (bytes / MB).toFixed(1).replace(".", ",");
  // Known again by its first MiB; where the browser gives no hash (no https), a file cannot be gone on with.
  const headOf = async (file) => {
    if (!window.crypto || !crypto.subtle) return "";
    const digest = await crypto.subtle.digest("SHA-256", await new Response(file.slice(0, MB)).arrayBuffer());
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  class Stopped extends Error {} // what only the person can settle; the words say how

  const enhance = (box) => {
    const words = box.dataset;
    const at = (name) => box.querySelector(`[data-upload-${name}]`);
    const form = box.querySelector("form");
    const input = form.querySelector("input[type=file]");
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    let unfinished = [];
    let asNew = false; // the person saw that it is another file, and sends it all the same
    let paused = false;
    let line = null; // of the piece under way

    const say = (text) => (at("words").textContent = text);
    const ask = async (url, method, headers, body) => {
      line = new AbortController();
      const own = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf, ...headers };
      const options = { method, headers: own, body, credentials: "same-origin", redirect: "manual", cache: "no-store" };
      const answer = await fetch(url, { ...options, signal: line.signal });
      if (answer.type === "opaqueredirect" || answer.status === 403) throw new Stopped(words.signedOut);
      const passes = answer.ok || [408, 409, 423, 429, 460].includes(answer.status) || answer.status >= 500;
      if (!passes) throw new Stopped(await answer.text());
      return answer;
    };

    const show = (offset, total, rate) => {
      const left = rate ? (total - offset) / rate : 0;
      const time = filled(left < 90 ? words.seconds : words.minutes, { n: Math.ceil(left < 90 ? left : left / 60) });
      const values = { done: inMegabytes(offset), total: inMegabytes(total), rate: inMegabytes(rate), time };
      at("bar").value = (offset / total) * 100;
      say(filled(rate ? words.going : words.begun, values));
    };

    const create = async (file, head) => {
      const said = { purpose: words.purpose, target: words.target, filename: file.name, head };
      const metadata = Object.keys(said).map((key) => `${key} ${packed(said[key])}`).join(",");
      const answer = await ask(words.url, "POST", { "Upload-Length": file.size, "Upload-Metadata": metadata });
      if (answer.status === 409) throw new Stopped(await answer.text()); // not now, in words
      if (answer.status !== 201) throw new Error("no place yet");
      return answer.headers.get("Location");
    };

    // One piece after the other; each is as large as the line carries in some seconds.
    const send = async (file, url) => {
      let offset = Number((await ask(url, "HEAD", {})).headers.get("Upload-Offset"));
      let size = MB / 4;
      let rate = 0;
      let tries = 0;
      while (offset < file.size) {
        while (paused) await pause(200);
        show(offset, file.size, rate);
        const began = Date.now();
        try {
          const type = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset };
          const answer = await ask(url, "PATCH", type, file.slice(offset, offset + size));
          const reached = Number(answer.headers.get("Upload-Offset"));
          if (answer.status !== 204) throw new Error("not taken");
          const took = Math.max(Date.now() - began, 1) / 1000;
          rate = rate ? rate * 0.7 + ((reached - offset) / took) * 0.3 : (reached - offset) / took;
          size = took < 2 ? Math.min(size * 2, MOST) : took > 8 ? Math.max(size / 2, LEAST) : size;
          offset = reached;
          tries = 0;
        } catch (error) {
          if (error instanceof Stopped) throw error;
          if (!paused) {
            tries += 1;
            size = Math.max(size / 2, LEAST);
            say(words.cut);
            await pause(Math.min(1000 * 2 ** (tries - 1), 60000));
          }
          try {
            offset = Number((await ask(url, "HEAD", {})).headers.get("Upload-Offset")) || offset;
          } catch (again) {
            if (again instanceof Stopped) throw again;
          }
        }
      }
    };

    const watch = async (url) => {
      for (let wait = 1000; ; wait = Math.min(wait * 1.5, 15000)) {
        try {
          const { state, label, reason, page } = await (await ask(url, "GET", {})).json();
          if (state === "kept") return page ? window.location.assign(page) : say(label);
          if (state === "refused") return say(`${label}. ${reason}`);
          say(`${words.arrived} ${label}.`);
        } catch (error) {
          if (error instanceof Stopped) return say(error.message);
        }
        await pause(wait);
      }
    };

    const known = (file, head) => unfinished.find((each) => each.length === file.size && head && each.head === head);
    const listUnfinished = async () => {
      const { uploads } = await (await ask(words.unfinished, "GET", {})).json();
      unfinished = uploads.filter((each) => each.purpose === words.purpose && String(each.target) === words.target);
      at("list").textContent = "";
      unfinished.forEach(({ name, offset, length }) => {
        const row = document.createElement("li");
        row.textContent = filled(words.rest, { name, percent: Math.floor((offset / length) * 100) });
        at("list").append(row);
      });
      at("rest").hidden = !unfinished.length;
    };

    const run = async (file) => {
      const head = await headOf(file);
      const same = known(file, head);
      if (!same && unfinished.length && !asNew) {
        asNew = true;
        return say(filled(isApple ? words.otherApple : words.other, { name: unfinished[0].name }));
      }
      box.classList.add("sending");
      at("bar").hidden = at("pause").hidden = false;
      const url = same ? same.url : await create(file, head);
      await send(file, url);
      at("pause").hidden = true;
      at("bar").value = 100;
      await watch(url);
    };

    form.addEventListener("submit", async (event) => {
      const [file] = input.files;
      if (!file) return;
      event.preventDefault();
      const buttons = form.querySelectorAll("button");
      buttons.forEach((button) => (button.disabled = true));
      try {
        await run(file);
      } catch (error) {
        say(error instanceof Stopped ? error.message : words.cut);
        listUnfinished().catch(() => {});
      }
      buttons.forEach((button) => (button.disabled = false));
    });
    at("pause").addEventListener("click", () => {
      paused = !paused;
      at("pause").textContent = paused ? words.goOn : words.pause;
      if (paused) {
        line.abort();
        say(words.paused);
      }
    });
    input.addEventListener("change", () => (asNew = false));
    at("plain").hidden = true;
    listUnfinished().catch(() => {});
  };

  document.querySelectorAll("[data-upload]").forEach(enhance);
})();
