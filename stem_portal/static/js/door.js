/* Check-in in a hall without network. The list of the day and the marks made here stay on this device:
   the list until the day ends or the person signs out, a mark until the portal has taken it.
   A mark holds figures and numbers of pupils, never a name. How marks of two devices are put together
   is decided by the portal alone (programs/visit_days/rules.py). */
(() => {
  "use strict";

  const door = document.getElementById("door");
  if (!door) return;
  const at = (name) => document.getElementById(`door-${name}`);
  const words = door.dataset;
  const LIST = "door:list";
  const MARK = "door:mark:";
  const FORGET_MARKS_AFTER = 7 * 24 * 3600 * 1000;
  const PATIENCE = 10000;

  // --- What the device keeps -------------------------------------------------------------------
  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const write = (key, value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      at("full").hidden = false;
      return false;
    }
  };
  const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: words.zone }).format(new Date());
  const list = () => {
    const kept = read(LIST);
    if (kept && kept.day !== today()) {
      localStorage.removeItem(LIST);
      return null;
    }
    return kept;
  };
  const allMarks = () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(MARK))
      .map(read)
      .filter(Boolean)
      .sort((one, other) => one.made_at - other.made_at);
  const marks = () => {
    const kept = list();
    return allMarks().filter((mark) => !kept || mark.user === kept.user);
  };
  const forgetMark = (id) => localStorage.removeItem(MARK + id);
  const identifier = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const device = () => {
    const known = read("door:device");
    if (known) return known;
    const made = identifier();
    write("door:device", made);
    return made;
  };

  // --- The line to the portal -------------------------------------------------------------------
  let csrf = "";
  let online = navigator.onLine;
  let busy = false;
  let answered = false; // an exchange came to its end, so that there is something to say of the line
  let heard = false; // the portal gave its list, so that it has what is not kept here

  const ask = async (url, options = {}) => {
    const giveUp = new AbortController();
    const clock = setTimeout(() => giveUp.abort(), PATIENCE);
    try {
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", signal: giveUp.signal, ...options });
      const isData = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      // A page instead of data: led to the sign-in page, or somebody between here and the portal answered.
      if (!isData && !answer.redirected && (answer.ok || answer.status >= 500)) throw new Error(`no portal: ${answer.status}`);
      return { status: !isData && answer.redirected ? 401 : answer.status, data: isData ? await answer.json() : null };
    } finally {
      clearTimeout(clock);
    }
  };
  const keepList = (fresh) => {
    csrf = fresh.csrf;
    const { csrf: _secret, ...rest } = fresh;
    write(LIST, { ...rest, at: Date.now() });
    for (const mark of allMarks()) if (Date.now() - mark.made_at > FORGET_MARKS_AFTER) forgetMark(mark.id);
  };
  const loadList = async () => {
    const { status, data } = await ask(words.list);
    at("sign-in").hidden = status !== 401;
    if (status === 200) keepList(data);
    else if (status === 401 || status === 404) localStorage.removeItem(LIST);
    return status === 200;
  };
  const plain = ({ id, booking, kind, made_at, pupils, girls, adults, present, replaces }) => ({
    id, booking, kind, made_at, pupils, girls, adults, present, replaces,
  });
  const sendMarks = async () => {
    const waiting = marks().filter((mark) => !mark.message).slice(0, 100);
    if (!waiting.length) return;
    const { status, data } = await ask(words.marks, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ device: device(), sent_at: Date.now(), marks: waiting.map(plain) }),
    });
    if (status !== 200) return;
    for (const answer of data.answers) {
      const mark = read(MARK + answer.id);
      if (!mark) continue;
      if (answer.refused) write(MARK + answer.id, { ...mark, message: answer.message });
      else forgetMark(answer.id);
    }
    keepList(data.list);
  };
  const exchange = async () => {
    if (busy) return;
    busy = true;
    try {
      heard = await loadList();
      if (heard) await sendMarks();
      online = true;
    } catch {
      online = false;
    } finally {
      busy = false;
      answered = true;
    }
    show();
  };

  // --- The list ---------------------------------------------------------------------------------
  const groups = () => (list()?.sessions || []).flatMap((session) => session.groups.map((group) => ({ ...group, session })));
  const lastMark = (reference) => marks().filter((mark) => mark.booking === reference).pop();
  const copy = (name) => at(name).content.cloneNode(true).firstElementChild;
  const clock = (moment) => new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", timeZone: words.zone }).format(moment);
  const people = (figures) => `${figures.pupils} ${words.pupils}, ${figures.adults} ${words.adults}`;

  // What this device believes of a group: its own last word, or else the portal's.
  const fateOf = (group) => {
    const mark = lastMark(group.reference);
    if (mark?.message) return { kind: "no", text: words.refused };
    if (mark) {
      const text = mark.kind === "no_show" ? words.noShow : `${words.came} ${people(mark)}`;
      return { kind: "wait", text: `${text} · ${words.notSent}`, noted: true };
    }
    if (group.arrived) {
      const late = group.arrived.late ? ` · ${words.late}` : "";
      const partly = group.arrived.pupils < group.expected.pupils ? ` · ${words.partly}` : "";
      return { kind: "ok", text: `${words.came} ${people(group.arrived)}${late}${partly}`, noted: true };
    }
    return { kind: group.state === "no_show" ? "off" : "info", text: group.state_label };
  };
  const rowOf = (group, session) => {
    const row = copy("group-row");
    const name = `${group.school}${group.class ? ` · ${group.class}` : ""}`;
    row.querySelector("strong").textContent = name;
    row.querySelector(".muted > span").textContent = `${words.booked} ${people(group.expected)} ·`;
    row.querySelector(".nowrap").textContent = group.reference;
    const fate = fateOf(group);
    const tag = row.querySelector(".tag");
    tag.textContent = fate.text;
    tag.classList.add(fate.kind);
    const link = row.querySelector("a");
    link.href = `#${group.reference}`;
    link.classList.toggle("quiet", Boolean(fate.noted));
    link.hidden = !session.open;
    link.querySelector("span").textContent = `: ${name}`;
    return row;
  };
  const showList = () => {
    const kept = list();
    at("empty").hidden = Boolean(kept);
    at("quiet").hidden = !kept || kept.sessions.length > 0;
    const sections = (kept?.sessions || []).map((session, number) => {
      const section = copy("session-row");
      const heading = section.querySelector("h2");
      heading.textContent = `${session.time} · ${session.title}`;
      heading.id = `door-session-${number}`;
      section.setAttribute("aria-labelledby", heading.id);
      section.querySelector(".meta li").textContent = session.room;
      section.querySelector(".groups").replaceChildren(...session.groups.map((group) => rowOf(group, session)));
      return section;
    });
    at("list").replaceChildren(...sections);
    if (kept) at("title").textContent = kept.title;
  };
  const showStatus = () => {
    const waiting = marks().filter((mark) => !mark.message).length;
    const refused = marks().filter((mark) => mark.message).length;
    const kept = list();
    const parts = [
      online ? (answered ? "" : words.connecting) : words.offline,
      waiting ? `${words.waiting} ${waiting}.` : online && heard && !refused ? words.allSent : "",
      refused ? `${words.refused} ${refused}.` : "",
      kept ? `${words.listOf} ${clock(kept.at)}.` : "",
    ];
    const text = parts.filter(Boolean).join(" ");
    const status = at("status");
    if (status.textContent !== text) status.textContent = text;
    status.hidden = !text;
    status.className = `tag plain ${refused ? "no" : waiting || !online ? "wait" : heard ? "ok" : "info"}`;
  };

  // --- One group --------------------------------------------------------------------------------
  const form = at("form");
  let shown = null;

  const ticked = () => [...form.querySelectorAll("[name=present]:checked")];
  const showTicked = () => {
    at("ticked").textContent = `(${ticked().length}/${form.querySelectorAll("[name=present]").length})`;
  };
  const filled = (group) => {
    const mark = lastMark(group.reference);
    if (mark && mark.kind !== "no_show") return { ...mark, present: new Set(mark.present) };
    const here = group.pupils.filter((pupil) => pupil.present || !group.arrived);
    const present = new Set(here.map((pupil) => pupil.id));
    if (group.arrived) return { ...group.arrived, present };
    const girls = group.pupils.length ? here.filter((pupil) => pupil.girl).length : group.expected.girls;
    return { ...group.expected, pupils: group.coming, girls: girls ?? "", present };
  };
  const pupilRow = (pupil, present) => {
    const row = copy("pupil-row");
    const box = row.querySelector("input");
    box.value = pupil.id;
    box.checked = present.has(pupil.id);
    box.dataset.girl = pupil.girl ? "1" : "";
    const label = row.querySelector("span");
    label.textContent = pupil.name;
    if (!pupil.photo) label.append(" ", copy("no-photo-tag"));
    return row;
  };
  const openGroup = (group) => {
    shown = group;
    at("school").textContent = `${group.school}${group.class ? ` · ${group.class}` : ""}`;
    at("facts").textContent = `${group.session.time} · ${group.reference} · ${words.booked} ${people(group.expected)}`;
    at("phone").textContent = group.shown_phone;
    at("phone").href = `tel:${group.phone}`;
    at("phone").hidden = !group.phone;
    const told = { needs: group.needs, "no-photo": group.no_photo.join(", "), staying: group.staying.join(", ") };
    for (const [name, text] of Object.entries(told)) at(name).hidden = !text;
    at("needs-text").textContent = told.needs;
    at("no-photo-names").textContent = told["no-photo"];
    at("no-photo-count").textContent = `(${group.no_photo.length})`;
    at("no-photo").open = group.no_photo.length <= 6;
    at("staying-names").textContent = told.staying;
    const values = filled(group);
    for (const name of ["pupils", "girls", "adults"]) form.elements[name].value = values[name] ?? "";
    at("choices").replaceChildren(...group.pupils.map((pupil) => pupilRow(pupil, values.present)));
    at("names").hidden = !group.pupils.length;
    at("names").open = false;
    at("absent").hidden = Date.now() < group.session.starts_at;
    at("error").textContent = "";
    showTicked();
  };
  const showAnswer = () => {
    const message = shown && lastMark(shown.reference)?.message;
    at("answer").hidden = !message;
    at("answer-text").textContent = message || "";
  };
  const wanted = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const [key, code] = hash.split("=");
    return groups().find((group) => (key === "pass" ? group.pass === code : group.reference === hash));
  };
  const showPlace = () => {
    const group = wanted();
    if (group && group.reference !== shown?.reference) {
      openGroup(group);
      at("group").hidden = false;
      at("list").hidden = true;
      at("school").focus({ preventScroll: true });
      window.scrollTo(0, 0);
    } else if (!group) {
      shown = null;
      at("group").hidden = true;
      at("list").hidden = false;
    }
    showAnswer();
  };
  const show = () => {
    showList();
    showStatus();
    showPlace();
  };

  const figure = (name) => {
    const text = form.elements[name].value.trim();
    return /^[0-9]{1,4}$/.test(text) ? Number(text) : null;
  };
  const faultOf = ({ pupils, girls, adults, present }) => {
    if (pupils === null || girls === null || adults === null) return words.whole;
    if (!pupils) return words.nobody;
    if (girls > pupils) return words.tooManyGirls;
    return present.length > pupils ? words.tooManyNames : "";
  };
  const note = (values) => {
    const mine = marks().filter((mark) => mark.booking === shown.reference);
    const mark = {
      ...values,
      id: identifier(),
      booking: shown.reference,
      user: list().user,
      made_at: Date.now(),
      // Replaces what is shown here: the portal's word and this device's own earlier ones.
      replaces: [...new Set([...shown.seen, ...mine.map((each) => each.id)])],
    };
    if (!write(MARK + mark.id, mark)) return;
    mine.filter((each) => each.message).forEach((each) => forgetMark(each.id));
    location.hash = "";
    show();
    at("status").scrollIntoView({ block: "nearest" });
    exchange();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = {
      kind: shown.pupils.length ? "names" : "figures",
      pupils: figure("pupils"),
      girls: figure("girls"),
      adults: figure("adults"),
      present: ticked().map((box) => Number(box.value)),
    };
    const fault = faultOf(values);
    at("error").textContent = fault;
    if (!fault) note(values);
  });
  at("absent").addEventListener("click", () => note({ kind: "no_show", pupils: 0, girls: 0, adults: 0, present: [] }));
  at("choices").addEventListener("change", ({ target }) => {
    const step = target.checked ? 1 : -1;
    for (const name of target.dataset.girl ? ["pupils", "girls"] : ["pupils"]) {
      const value = figure(name);
      if (value !== null) form.elements[name].value = String(Math.max(0, value + step));
    }
    showTicked();
  });
  at("back").addEventListener("click", (event) => {
    event.preventDefault();
    location.hash = "";
    show();
  });

  // --- Going on ---------------------------------------------------------------------------------
  if ("serviceWorker" in navigator) {
    const scopes = [location.pathname, "/pass/"];
    Promise.all(scopes.map((scope) => navigator.serviceWorker.register(words.worker, { scope }))).catch(() => {});
  }
  if (navigator.storage?.persist) navigator.storage.persist().catch(() => {});
  window.addEventListener("hashchange", showPlace);
  window.addEventListener("storage", show);
  window.addEventListener("online", exchange);
  window.addEventListener("offline", () => {
    online = false;
    showStatus();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) exchange();
  });
  setInterval(() => {
    if (!document.hidden) exchange();
  }, 30000);
  show();
  exchange();
})();
